/**
 * The bytes of the image that a cell of a table means.
 *
 * @module
 */
import { isAbsolute, join } from "node:path";
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { abortSignal, positive, type Rules, text } from "../core/option_rules.ts";
import { readSource } from "../core/read_source.ts";
import { imageSourceOf } from "./image_source.ts";

/** How to fetch an image. */
export interface ImageBytesOptions {
  /** What the cell is called in errors, `row 7`; by default the image itself. */
  where?: string;
  /** How long to wait for the next byte of a download, in seconds; 30 by default. */
  timeoutSeconds?: number;
  /** Stops a download with an error of kind "interrupted". */
  signal?: AbortSignal;
}

const defaultTimeoutSeconds = 30;
const rules: Rules<ImageBytesOptions> = {
  where: text,
  timeoutSeconds: positive,
  signal: abortSignal,
};

/**
 * Reads what a cell means: a path (relative to `base`), an address (`https:`, `file:`, `data:`), bytes, or
 * the hub's `{ bytes, path }`.
 *
 * Throws a `TunebookError` that names `where`: kind "data" for a cell that means no image and for a file
 * that cannot be read, "download" for what a server does wrong.
 *
 * @param base the folder or the address that the table's file is in; the working folder unless given
 *
 * @example
 * ```ts
 * import { imageBytes } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const bytes = await imageBytes("data:image/gif;base64,R0lGODlh");
 * assert.equal(new TextDecoder().decode(bytes), "GIF89a");
 * ```
 */
export async function imageBytes(
  cell: unknown,
  base = ".",
  options: ImageBytesOptions = {},
): Promise<Uint8Array> {
  checkOptions("imageBytes", options, rules);
  const { where, timeoutSeconds = defaultTimeoutSeconds, signal } = options;
  const source = imageSourceOf(cell, where ?? "the image");
  if (source.kind === "bytes") return source.bytes;
  const address = source.kind === "path" ? besideTable(base, source.path) : source.address;
  if (/^data:/i.test(address)) return inAddress(address, where ?? "the image");
  try {
    return (await readSource(address, { timeoutSeconds, signal })).bytes;
  } catch (error) {
    if (!(error instanceof TunebookError) || where === undefined) throw error;
    throw new TunebookError(error.kind, `${where}: ${error.message}`, { cause: error });
  }
}

/** Where a path of a table's cell is, `base` being the folder or the address of the table's file. */
export function besideTable(base: string, path: string): string {
  if (/^https?:/i.test(base)) return new URL(path, base.endsWith("/") ? base : `${base}/`).href;
  return isAbsolute(path) ? path : join(base, path);
}

/** The bytes that a `data:` address holds (RFC 2397). */
async function inAddress(address: string, where: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await (await fetch(address)).arrayBuffer());
  } catch (error) {
    throw new TunebookError("data", `${where} is a data: address that holds no bytes`, {
      cause: error,
    });
  }
}
