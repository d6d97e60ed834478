/**
 * What JSON is that is no table as we read it, for errors.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { quoted } from "../core/quoted.ts";

const pandas = 'df.to_json(path, orient="records")';

/**
 * What to do with an object that holds a table in another way: `; …`, or an empty text where nothing is
 * known of it.
 *
 * @example
 * ```ts
 * import { objectHint } from "./json_hints.ts";
 * import assert from "node:assert/strict";
 *
 * assert.match(objectHint({ text: { "0": "fine" }, label: { "0": "pos" } }), /orient="records"/);
 * assert.match(objectHint({ version: 1, rows: [{ text: "fine" }] }), /write the list of "rows" alone/);
 * ```
 */
export function objectHint(value: Readonly<Record<string, unknown>>): string {
  const fields = Object.entries(value);
  if (fields.length > 0 && fields.every(([, column]) => isIndexed(column))) {
    return `; it seems to be a table of pandas by column and index: write it with ${pandas}`;
  }
  if (isSplitTable(value)) {
    return `; it seems to be a table of pandas with orient="split": write it with ${pandas}`;
  }
  const lists = fields.filter(([, list]) =>
    Array.isArray(list) && list.length > 0 && list.every(isRecord)
  );
  if (lists.length === 1) {
    return `; its rows seem to be in ${quoted(lists[0][0])}: write the list of ${
      quoted(lists[0][0])
    } alone`;
  }
  return fields.every(([, field]) => !Array.isArray(field))
    ? "; a single row is written as [{…}], or as a line of JSON Lines"
    : "";
}

/** What pandas writes with `orient="split"`: three lists, and the rows are lists of cells. */
export function isSplitTable(value: Readonly<Record<string, unknown>>): boolean {
  const { columns, data, index } = value;
  return Array.isArray(columns) && Array.isArray(data) &&
    data.every((row) => Array.isArray(row) && row.length === columns.length) &&
    (index === undefined || Array.isArray(index)) &&
    Object.keys(value).every((name) => ["columns", "data", "index"].includes(name));
}

/** A column as pandas writes it unless told otherwise, `{ "0": "fine", "1": "bad" }`. */
function isIndexed(value: unknown): boolean {
  return isRecord(value) && Object.keys(value).length > 0 &&
    Object.keys(value).every((key) => /^\d+$/.test(key));
}

/** What to do about the numbers that Python's json and pandas write and JSON has not. */
export function notANumberHint(text: string): string {
  return /[[:,]\s*(?:NaN|-?Infinity)\s*[\],}]/.test(text)
    ? "; JSON has no NaN and no Infinity, which Python writes: write null there"
    : "";
}
