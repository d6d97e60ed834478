/**
 * Texts of others (names, cells, values of files) as a message may show them.
 *
 * @module
 */
import { escaped } from "./quoted.ts";
import { visible } from "./visible.ts";

/** Marks of direction: ordinary in texts of some languages, out of place in what quotes them. */
const marks = /[\u200e\u200f]/g;
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
  const shown = text.replaceAll("\r\n", "\n").split("\n").map((line) =>
    visible(line).replace(marks, escaped)
  )
    .join("\n");
  if (shown.length <= mostLine) return shown;
  return shown.split("\n").map((line) => {
    if (line.length <= mostLine) return line;
    const left = line.length - mostLine;
    return `${line.slice(0, mostLine - shownEnd)} … (${left} characters) … ${
      line.slice(-shownEnd)
    }`;
  }).join("\n");
}
