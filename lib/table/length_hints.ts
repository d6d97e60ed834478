/**
 * What lines of separated values are that have another number of cells than the first line, for errors.
 *
 * @module
 */
import { visibleText } from "../core/quoted.ts";

/**
 * What to do where all rows have the same number of cells and the first line another one: it is a title
 * or a comment, or R wrote the names of rows without a column for them. Undefined for other tables.
 *
 * @param records the first line and the rows behind it
 *
 * @example
 * ```ts
 * import { firstLineHint } from "./length_hints.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(firstLineHint([["# by me"], ["text", "label"], ["fine", "pos"]])!, /a comment/);
 * assert.equal(firstLineHint([["text", "label"], ["fine"], ["a", "b", "c"]]), undefined);
 * ```
 */
export function firstLineHint([header, ...rows]: readonly string[][]): string | undefined {
  const length = rows[0]?.length ?? 0;
  if (length === header.length || rows.some((row) => row.length !== length)) return undefined;
  const isTitle = header.length === 1;
  const isNamed = length === header.length + 1 && !header[0].trimStart().startsWith("#");
  const title = `a title or a comment above the names of the ${length} columns: remove that line`;
  const named = "without a name for the column of row names, as R writes them: write them with " +
    "row.names = FALSE, or name their column";
  if (isTitle && isNamed) return `the first line is ${title}; or it is ${named}`;
  if (isTitle) return `the first line seems to be ${title}`;
  return isNamed
    ? `every row has one cell more than the first line, which seems to be ${named}`
    : undefined;
}

/** What is wrong with a row that has too few or too many cells. */
export function lengthMistake(row: readonly string[], length: number): string {
  if (row.length === 1 && visibleText(row[0]) === "") {
    return "nothing but white space or control characters; remove the line";
  }
  return `${row.length} cell${row.length === 1 ? "" : "s"} instead of ${length}`;
}

/** Excel's line that says which separator follows. */
export function isSeparatorLine(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, longestSeparatorLine));
  return /^"?sep=[^\r\n]"?[,;\t]*(?:[\r\n]|$)/i.test(start);
}

/** Bytes of `sep=` with quotes, line ends and some separators that a spreadsheet put behind it. */
const longestSeparatorLine = 64;
