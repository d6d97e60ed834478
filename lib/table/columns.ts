/**
 * Checks of a table's columns, before anything costly begins.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, text, yesOrNo } from "../core/option_rules.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { shownValue } from "../core/shown_value.ts";
import { quoted, showsNothing } from "../core/quoted.ts";
import { headerAdvice, looksLikeRow } from "./header_hints.ts";
import { otherSeparator } from "./separator_hints.ts";
import { sourceRows } from "./source_rows.ts";
import type { Table } from "./table.ts";

/**
 * Makes sure that the table has every column of `names`; `where` says in the error what was looked
 * at. Throws one `TunebookError` of kind "data" with all missing columns and their likely names.
 *
 * @example
 * ```ts
 * import { requireColumns, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["fine"] });
 * assert.throws(() => requireColumns(table, ["texts"], "reviews.csv"), /did you mean "text"/);
 * ```
 */
export function requireColumns(table: Table, names: readonly string[], where: string): void {
  requireTable(table, where);
  if (!Array.isArray(names)) {
    throw new TunebookError(
      "input",
      `the names of columns are a list, but are ${shownValue(names)}`,
    );
  }
  requireNames(table.columnNames(), names, where);
}

/**
 * The same for a table of a file, `source`; `mayLackHeader` says that its first line was taken for names and might
 * be a row.
 */
export function requireFileColumns(
  table: Table,
  names: readonly string[],
  { source, mayLackHeader }: { readonly source: string; readonly mayLackHeader: boolean },
): void {
  requireNames(table.columnNames(), names, source, mayLackHeader);
}

/** The same for the names of columns that are not a table yet. */
export function requireNames(
  present: readonly string[],
  names: readonly string[],
  where: string,
  mayLackHeader: boolean = looksLikeRow(present),
): void {
  const missing = names.filter((name) => !present.includes(name));
  if (missing.length === 0) return;
  const separator = otherSeparator(present);
  throw mistakes("data", `${where} has the columns ${listed(present)}, but`, [
    ...missing.map((name) => `no column ${quoted(name)}${didYouMean(name, present)}`),
    ...separator ? [`the columns seem to be separated by ${quoted(separator)}`] : [],
    ...mayLackHeader && !separator && missing.length === names.length
      ? [headerAdvice(names, present.length)]
      : [],
  ]);
}

/** Throws an error of kind "input" for what is no table, such as a list of rows. */
export function requireTable(table: unknown, where: string): void {
  if (typeof (table as Partial<Table> | null)?.columnNames === "function") return;
  throw new TunebookError(
    "input",
    `${where} must be a table, but is ${
      Array.isArray(table) ? "a list; tableFromRows(list) makes one" : shownValue(table)
    }`,
  );
}

/** What a text column may hold. */
export interface TextColumnOptions {
  /** Accepts texts without any visible character; false by default. */
  allowEmpty?: boolean;
  /** What the errors call the table. */
  where?: string;
}

const rules: Rules<TextColumnOptions> = { allowEmpty: yesOrNo, where: text };

/**
 * The texts of a column, in row order. Throws one `TunebookError` of kind "data" that lists every
 * row (counted from 1) whose value is missing, not a text, or blank.
 *
 * @example
 * ```ts
 * import { tableFromColumns, textColumn } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["fine", null] });
 * assert.throws(() => textColumn(table, "text"), /row 2: no value/);
 * ```
 */
export function textColumn(table: Table, name: string, options: TextColumnOptions = {}): string[] {
  checkOptions("textColumn", options, rules);
  const { allowEmpty = false, where = "the table" } = options;
  requireColumns(table, [name], where);
  const values = columnValues(table, name);
  const wrong: string[] = [];
  const source = sourceRows(table, where);
  values.forEach((value, index) => {
    const row = source.nameOf(index);
    if (value === null || value === undefined) wrong.push(`${row}: no value`);
    else if (Number.isNaN(value)) wrong.push(`${row}: no value (NaN)`);
    else if (typeof value !== "string") {
      wrong.push(`${row}: ${Array.isArray(value) ? "an array" : `a ${typeof value}`}, not a text`);
    } else if (!allowEmpty && showsNothing(value)) wrong.push(`${row}: ${emptyText(value)}`);
  });
  if (wrong.length > 0) {
    const title = `the column ${quoted(name)} of ${source.where} must hold texts; ` +
      `correct or remove these ${wrong.length} of ${values.length} rows:`;
    throw mistakes("data", title, wrong);
  }
  return values as string[];
}

/** What a text is that shows nothing. */
function emptyText(text: string): string {
  return text.trim() === ""
    ? "an empty text"
    : `a text of invisible characters alone, ${quoted(text.slice(0, mostShown))}`;
}

/** Characters of an invisible text that an error shows. */
const mostShown = 20;

/**
 * The values of a column that exists, in row order, with the table's filter and order applied.
 *
 * @example
 * ```ts
 * import { columnValues, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ stars: [5, 1, 3] }).orderby("stars");
 * assert.deepEqual(columnValues(table, "stars"), [1, 3, 5]);
 * ```
 */
export function columnValues(table: Table, name: string): unknown[] {
  return Array.from(table.array(name));
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "(none)" : names.map(quoted).join(", ");
}
