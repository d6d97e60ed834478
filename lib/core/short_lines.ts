/**
 * Messages that quote files of others, which may hold a line of any length.
 *
 * @module
 */

/** Characters of one line of a message; longer lines lose their middle. */
const mostLine = 2000;
const shownEnd = 200;

/**
 * The text with every line of at most about 2,000 characters; a longer one loses its middle.
 *
 * @example
 * ```ts
 * import { shortLines } from "./short_lines.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(shortLines("x".repeat(1e5)).length, 2000 + " … (98000 characters) … ".length);
 * ```
 */
export function shortLines(text: string): string {
  if (text.length <= mostLine) return text;
  return text.split("\n").map((line) => {
    if (line.length <= mostLine) return line;
    const left = line.length - mostLine;
    return `${line.slice(0, mostLine - shownEnd)} … (${left} characters) … ${
      line.slice(-shownEnd)
    }`;
  }).join("\n");
}
