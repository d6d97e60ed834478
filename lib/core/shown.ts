/**
 * Texts of others (names, cells, values of files) as a message may show them.
 *
 * @module
 */

/** Everything that is no printable character but a line feed, and what turns the direction of text. */
const hidden = /(?!\n)[\p{Cc}\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
/** A tab and a carriage return have short escapes of their own. */
const short: Readonly<Record<string, string>> = { "\t": "\\t", "\r": "\\r", "\0": "\\0" };
/** Characters of one line of a message; longer lines lose their middle. */
const mostLine = 2000;
const shownEnd = 200;

/**
 * A message as it may reach a terminal or a page: control characters are escaped, and lines of more
 * than 2,000 characters lose their middle. Line feeds stay.
 *
 * @example
 * ```ts
 * import { printable } from "./shown.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(printable("pos\r and \x1b[31mneg"), "pos\\r and \\u001b[31mneg");
 * assert.equal(printable("x".repeat(1e5)).length, 2000 + " … (97800 characters) … ".length);
 * ```
 */
export function printable(text: string): string {
  const escaped = text.replace(
    hidden,
    (each) => short[each] ?? `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (escaped.length <= mostLine) return escaped;
  return escaped.split("\n").map((line) => {
    if (line.length <= mostLine) return line;
    const left = line.length - mostLine;
    return `${line.slice(0, mostLine - shownEnd)} … (${left} characters) … ${
      line.slice(-shownEnd)
    }`;
  }).join("\n");
}
