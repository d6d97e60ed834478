/**
 * The table that all data comes in: an arquero table, with named columns of equal length.
 *
 * @module
 */
import { type ColumnTable, table as columnTable } from "arquero";
import { mistakes, TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { quoted } from "../core/quoted.ts";

/** A table of named columns; every arquero verb (`filter`, `derive`, `orderby` …) works on it. */
export type Table = ColumnTable;

/** The values of one column, in row order. */
export type ColumnValues = ArrayLike<unknown> & Iterable<unknown>;

/**
 * Builds a table from named columns, in the order given. Throws a `TunebookError` of kind "data"
 * that lists every column without a name, with a name twice, or with a length of its own.
 *
 * @example
 * ```ts
 * import { tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["fine", "bad"], label: [1, 0] });
 * assert.equal(table.numRows(), 2);
 * assert.deepEqual(table.columnNames(), ["text", "label"]);
 * ```
 */
export function tableFromColumns(
  columns: Record<string, ColumnValues> | Iterable<readonly [string, ColumnValues]>,
  where = "the table",
): Table {
  const isPairs = typeof columns === "object" && columns !== null && Symbol.iterator in columns;
  const isList = Array.isArray(columns) && columns.some((each) => !Array.isArray(each));
  if (isList || typeof columns !== "object" || columns === null) {
    throw new TunebookError(
      "input",
      'tableFromColumns takes lists by name, tableFromColumns({ text: ["fine"] }), but got ' +
        (isList ? "a list; tableFromRows makes a table of rows" : shownValue(columns)),
    );
  }
  const entries = isPairs
    ? [...columns as Iterable<readonly [string, ColumnValues]>]
    : Object.entries(columns);
  const wrong: string[] = nameMistakes(entries.map(([name]) => name));
  const rows = entries[0]?.[1]?.length ?? 0;
  for (const [name, values] of entries) {
    if (typeof values?.length !== "number") {
      wrong.push(`column ${quoted(name)} is ${shownValue(values)}, but must be a list`);
    } else if (values.length !== rows) {
      wrong.push(
        `column ${quoted(name)} has ${values.length} rows, ${quoted(entries[0][0])} has ${rows}`,
      );
    }
  }
  if (wrong.length > 0) throw mistakes("data", `${where} is not a table:`, wrong);
  return columnTable(Object.fromEntries(entries), entries.map(([name]) => name));
}

/**
 * Builds a table from row objects. The columns are all keys that occur, in the order of their first
 * appearance; a row without a key has null there.
 *
 * @example
 * ```ts
 * import { tableFromRows } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromRows([{ text: "fine", label: 1 }, { text: "bad" }]);
 * assert.deepEqual(table.array("label"), [1, null]);
 * ```
 */
export function tableFromRows(
  rows: readonly Readonly<Record<string, unknown>>[],
  where = "the table",
): Table {
  if (!Array.isArray(rows)) {
    throw new TunebookError(
      "input",
      'tableFromRows takes a list of rows, tableFromRows([{ text: "fine" }]), but got ' +
        `${shownValue(rows)}; tableFromColumns makes a table of lists by name`,
    );
  }
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  const columns = [...names].map((name) => [name, rows.map((row) => row[name] ?? null)] as const);
  return tableFromColumns(columns, where);
}

/**
 * What is wrong with a list of column names: empty ones and repeated ones, by position.
 *
 * @param positions where the columns stand, from 1; one after the other unless given
 */
export function nameMistakes(
  names: readonly string[],
  positions: readonly number[] = names.map((_, index) => index + 1),
): string[] {
  const wrong: string[] = [];
  const first = new Map<string, number>();
  names.forEach((name, index) => {
    const position = positions[index];
    if (name.trim() === "") wrong.push(`column ${position} has no name`);
    // Plain objects hold the columns, and this key of theirs is not a place for data.
    else if (name === "__proto__") wrong.push(`column ${position} has the reserved name "${name}"`);
    else if (first.has(name)) {
      wrong.push(`columns ${first.get(name)} and ${position} are both named ${quoted(name)}`);
    } else first.set(name, position);
  });
  return wrong;
}
