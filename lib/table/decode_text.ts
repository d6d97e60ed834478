/**
 * Bytes of a text file → text, refusing what is not UTF-8.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { otherEncoding, otherKind } from "./file_kind.ts";

const lineFeed = 0x0a;
const byteOrderMark = [0xef, 0xbb, 0xbf];
/** Bytes that are decoded at once; a text of V8 holds at most 2^29 − 24 code units. */
const pieceBytes = 2 ** 26;

/**
 * Decodes UTF-8 and drops a byte order mark. Throws a `TunebookError` of kind "data" that names the
 * first line that is not UTF-8, that says what the file is where it is no text, or that it is too long to
 * be one text.
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  const pieces = Array.from(textPieces(bytes, source));
  try {
    return pieces.join("");
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw tooLong(
      `${source} has ${megabytes(bytes)} MB, and a file of this format is read as one text`,
      error,
    );
  }
}

/**
 * The same in pieces that end with a line (except those of longer lines), for files that are too long for
 * one text. A byte order mark is dropped.
 *
 * @param most the bytes of a piece
 */
export function* textPieces(
  bytes: Uint8Array,
  source: string,
  most: number = pieceBytes,
): Generator<string> {
  const kind = otherKind(bytes);
  if (kind) throw new TunebookError("data", `${source} is ${kind}`);
  let start = withoutMark(bytes);
  while (start < bytes.length) {
    const end = pieceEnd(bytes, start, most);
    const piece = bytes.subarray(start, end);
    let text: string;
    try {
      text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(piece);
    } catch (error) {
      if (!isUtf8(piece)) throw notUtf8(bytes, source);
      throw tooLong(`${source} has a line of ${megabytes(piece)} MB`, error);
    }
    yield text;
    start = end;
  }
}

/** Where the text begins behind a byte order mark. */
export function withoutMark(bytes: Uint8Array): number {
  return byteOrderMark.every((byte, at) => bytes[at] === byte) ? byteOrderMark.length : 0;
}

/** Throws the errors of {@link decodeText} for what is no UTF-8, without making a text of it. */
export function checkText(bytes: Uint8Array, source: string): void {
  for (const _ of textPieces(bytes, source));
}

/** No UTF-8 sequence contains a line feed's byte, so that pieces which end with one decode by themselves. */
function pieceEnd(bytes: Uint8Array, start: number, most: number): number {
  if (bytes.length - start <= most) return bytes.length;
  const last = bytes.lastIndexOf(lineFeed, start + most - 1);
  if (last >= start) return last + 1;
  const next = bytes.indexOf(lineFeed, start + most);
  return next < 0 ? bytes.length : next + 1;
}

function megabytes(bytes: Uint8Array): number {
  return Math.round(bytes.length / 1e6);
}

function tooLong(what: string, cause: unknown): TunebookError {
  return new TunebookError(
    "data",
    `${what}; a text can have about 500 MB: cut it into several files, or write the table as CSV, JSON ` +
      "Lines or Parquet",
    { cause },
  );
}

/** Whether bytes are UTF-8, looked at in parts that are never too long. */
export function isUtf8(bytes: Uint8Array): boolean {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      decoder.decode(bytes.subarray(start, start + pieceBytes), { stream: true });
    }
    decoder.decode();
    return true;
  } catch {
    return false;
  }
}

function notUtf8(bytes: Uint8Array, source: string): TunebookError {
  const encoding = otherEncoding(bytes);
  if (encoding) return new TunebookError("data", `${source} is ${encoding}`);
  return new TunebookError(
    "data",
    `${source}, line ${firstBadLine(bytes)}: not UTF-8 text; save the file as UTF-8, ` +
      `or give its format if it is not a text file`,
  );
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    if (!isUtf8(bytes.subarray(start, end))) break;
    start = end + 1;
  }
  return line;
}
