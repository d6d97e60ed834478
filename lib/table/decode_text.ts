/**
 * Bytes of a text file → text, refusing what is not UTF-8.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

const lineFeed = 0x0a;

/**
 * Decodes UTF-8 and drops a byte order mark. Throws a `TunebookError` of kind "data" that names the
 * first line that is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, source: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new TunebookError("data", `${source} is UTF-16 text; save it as UTF-8`);
  }
  const text = decode(bytes);
  if (text !== undefined) return text;
  throw new TunebookError(
    "data",
    `${source}, line ${firstBadLine(bytes)}: not UTF-8 text; save the file as UTF-8, ` +
      `or give its format if it is not a text file`,
  );
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** No UTF-8 sequence contains a line feed's byte, so each line decodes or fails by itself. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(lineFeed, start);
    const end = found < 0 ? bytes.length : found;
    if (decode(bytes.subarray(start, end)) === undefined) break;
    start = end + 1;
  }
  return line;
}
