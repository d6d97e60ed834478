/**
 * What a cell of a table says of an image: where it is, or its bytes.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";

/** Where an image is. */
export type ImageSource =
  /** A file; a relative path is read beside the table. */
  | { readonly kind: "path"; readonly path: string }
  /** An address: `https:`, `http:`, `file:` or `data:`. */
  | { readonly kind: "address"; readonly address: string }
  /** The file itself, with its name where that is known. */
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly path?: string };

/**
 * Reads a cell: a path, an address, the bytes of a file, or the struct `{ bytes, path }` of the hub's
 * Parquet files, of which the bytes count where they are there.
 *
 * Throws a `TunebookError` of kind "data" that begins with `where` for anything else.
 *
 * @example
 * ```ts
 * import { imageSourceOf } from "./image_source.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(imageSourceOf("cats/1.jpg", "row 1"), { kind: "path", path: "cats/1.jpg" });
 * assert.equal(imageSourceOf({ bytes: Uint8Array.of(1), path: "1.jpg" }, "row 1").kind, "bytes");
 * assert.throws(() => imageSourceOf(null, "row 7"), /row 7 has no image/);
 * ```
 */
export function imageSourceOf(cell: unknown, where: string): ImageSource {
  if (cell === null || cell === undefined || cell === "") {
    throw new TunebookError("data", `${where} has no image`);
  }
  // Two letters or more: one letter and a colon is a drive.
  if (typeof cell === "string") {
    return /^[a-z][a-z0-9+.-]+:/i.test(cell)
      ? { kind: "address", address: cell }
      : { kind: "path", path: cell };
  }
  if (cell instanceof URL) return { kind: "address", address: cell.href };
  const bytes = bytesIn(cell);
  if (bytes) return { kind: "bytes", bytes };
  if (cell instanceof Blob) {
    throw new TunebookError("data", `${where} is a Blob; give its bytes, await blob.bytes()`);
  }
  const struct = cell as { readonly bytes?: unknown; readonly path?: unknown };
  if (typeof cell === "object" && ("bytes" in struct || "path" in struct)) {
    const path = typeof struct.path === "string" && struct.path !== "" ? struct.path : undefined;
    const own = bytesIn(struct.bytes);
    if (own) return { kind: "bytes", bytes: own, ...(path === undefined ? {} : { path }) };
    return imageSourceOf(path, where);
  }
  throw new TunebookError(
    "data",
    `${where} is ${shownValue(cell)}; an image is a path, an address, bytes, or { bytes, path }`,
  );
}

/** The bytes of a buffer of any kind. */
function bytesIn(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (!ArrayBuffer.isView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** The SHA-256 of a file's bytes, for a cache and for finding the same file in two splits. */
export function imageKey(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
