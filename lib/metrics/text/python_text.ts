/**
 * What Python's text methods take for white space, where scores must be those of Python packages.
 *
 * @module
 */

// JavaScript's \s has other control characters, and U+FEFF.
// deno-fmt-ignore
const space = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";

/** One or more characters that Python's `str.split()` splits at. */
export const pythonSpaces: RegExp = new RegExp(`${space}+`, "g");
const atEnd = new RegExp(`${space}+$`);
const atEnds = new RegExp(`^${space}+|${space}+$`, "g");

/** Python's `text.split()`. */
export function pythonWords(text: string): string[] {
  return text.split(pythonSpaces).filter((word) => word !== "");
}

/** Python's `text.rstrip()`. */
export function pythonTrimEnd(text: string): string {
  return text.replace(atEnd, "");
}

/** Python's `text.strip()`. */
export function pythonTrim(text: string): string {
  return text.replace(atEnds, "");
}
