/**
 * Lists that Python printed into a text, as pandas does when it writes CSV files.
 *
 * @module
 */
import { shortened } from "../core/text_table.ts";

/** Characters of a text that an error shows. */
const mostShown = 40;

/** What only Python writes within brackets: single quotes, tuples, its constants, NumPy's arrays. */
const marks = [
  /[[({,:\s]\s*'/,
  /[[,]\s*\(/,
  /\barray\(/,
  /\b(?:None|True|False|nan)\b/,
  // NumPy puts no commas between numbers.
  /^\[[-\d.\s]+\]$/,
];

/**
 * What a text is that Python printed where a list or an object should be, and how to get the values;
 * undefined for all other texts, JSON among them.
 *
 * @example
 * ```ts
 * import { printedByPython } from "./printed_by_python.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(printedByPython("['a', 'b']")!, /as Python prints/);
 * assert.equal(printedByPython('["a", "b"]'), undefined);
 * ```
 */
export function printedByPython(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const isBracketed = /^(?:\[[^]*\]|\{[^]*\}|\([^]*\)|array\([^]*\))$/.test(text);
  if (!isBracketed || isJson(text) || !marks.some((mark) => mark.test(text))) return undefined;
  return `the text ${
    JSON.stringify(shortened(text, mostShown))
  }, as Python prints values; such texts ` +
    'cannot be read back safely: write the table as JSON Lines, df.to_json("rows.jsonl", ' +
    'orient="records", lines=True), or the column with json.dumps';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
