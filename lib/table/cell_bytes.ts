/**
 * Cells that hold a file, such as an image.
 *
 * @module
 */
import { createHash } from "node:crypto";

/** The file in a cell: its bytes, and its name where that is known. */
export interface CellFile {
  readonly bytes: Uint8Array;
  readonly path?: string;
}

/** What a cell holds as bytes, alone or as the `{ bytes, path }` of the hub's files; undefined for any other cell. */
export function fileInCell(cell: unknown): CellFile | undefined {
  if (cell instanceof Uint8Array) return { bytes: cell };
  if (typeof cell !== "object" || cell === null || !("bytes" in cell)) return undefined;
  const { bytes, path } = cell as { readonly bytes: unknown; readonly path?: unknown };
  if (!(bytes instanceof Uint8Array)) return undefined;
  return { bytes, ...(typeof path === "string" && path !== "" ? { path } : {}) };
}

/** A file in words, `flag.png, 1,234 bytes`. */
export function fileText({ bytes, path }: CellFile): string {
  const size = `${bytes.length.toLocaleString("en")} byte${bytes.length === 1 ? "" : "s"}`;
  return path === undefined ? size : `${path}, ${size}`;
}

/** A text that is the same for files of the same bytes alone. */
export function fileKey({ bytes }: CellFile): string {
  return createHash("sha256").update(bytes).digest("base64");
}
