/**
 * Remembers where rows stood before a table was cut, so that errors count them as their source does.
 *
 * @module
 */
import { visible } from "../core/visible.ts";
import { keepFolders } from "./column_folder.ts";
import type { Table } from "./table.ts";

/** Where the rows of a table stand in what a person gave. */
export interface SourceRows {
  /** What errors call the source: a file, a data set, `the test data`. */
  readonly where: string;
  /** The number of a row in the source, from 1; `row` counts within the table, from 0. */
  numberOf(row: number): number;
  /** What errors call a row: `row 7`, with what its tool calls it where that is known, `row 7 (task 812)`. */
  nameOf(row: number): string;
  /** What its tool calls a row, and the word for that; absent where the tool has no such names. */
  readonly tool?: { readonly word: string; idOf(row: number): unknown };
  /** The same without the word, `7 (task 812)`, for tables of rows. */
  shownNumberOf(row: number): string;
  /** The same with the source, `row 7 of reviews.csv`. */
  placeOf(row: number): string;
}

interface Known {
  readonly where: string;
  /** Positions in the source from 0; absent where they are those in the table. */
  readonly rows?: ArrayLike<number>;
  /** What the tool that they come from calls the source's rows. */
  readonly ids?: RowIds;
}

/** What a tool calls rows: the word for one, and the id of each; null where it has none. */
export interface RowIds {
  readonly word: string;
  readonly ids: readonly unknown[];
}

const idsOf = new WeakMap<object, RowIds>();

/**
 * Remembers what the tool that a table comes from calls its rows, `{ word: "task", ids: [812, 815] }`, so that errors
 * say it beside the row's number.
 */
export function rememberIds(table: Table, ids: RowIds | undefined): Table {
  if (ids) idsOf.set(table, ids);
  return table;
}

/** What was remembered of a table's rows. */
export function rememberedIds(table: Table): RowIds | undefined {
  return idsOf.get(table);
}

const known = new WeakMap<object, Known>();

/**
 * The table as it shows itself, filtered, ordered and without groups, whose rows errors from now on
 * count and call by the name of their source. Rows that were picked from such a table stay where they were.
 *
 * @example
 * ```ts
 * import { tableFromColumns } from "tunebook";
 * import { sourceRows, sourceTable, pickRows } from "./source_rows.ts";
 * import assert from "node:assert/strict";
 *
 * const source = sourceTable(tableFromColumns({ text: ["a", "b", "c"] }), "reviews.csv");
 * const { where, numberOf } = sourceRows(pickRows(source, [2, 0]), "the training data");
 * assert.deepEqual([where, numberOf(0), numberOf(1)], ["reviews.csv", 3, 1]);
 * ```
 */
export function sourceTable(table: Table, where: string): Table {
  // A table of its own, since the same one may be given twice under different names.
  const plain = table.ungroup().reify().select(...table.columnNames());
  const ids = idsOf.get(table);
  known.set(plain, known.get(table) ?? { where, ...(ids ? { ids } : {}) });
  keepFolders(table, plain);
  return plain;
}

/**
 * Some rows of a table, counted from 0 as it shows them, as a table; groups are dissolved.
 *
 * @example
 * ```ts
 * import { pickRows, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["a", "b", "c"] });
 * assert.deepEqual(pickRows(table, [2, 0]).array("text"), ["c", "a"]);
 * ```
 */
export function pickRows(table: Table, rows: ArrayLike<number>): Table {
  // Of a table that shows all its rows in their order, this is the table itself.
  const plain = table.ungroup().reify();
  const taken = plain.reify(Array.from(rows));
  keepFolders(table, taken);
  const from = known.get(plain);
  if (from) known.set(taken, { ...from, rows: Array.from(rows, (row) => from.rows?.[row] ?? row) });
  return taken;
}

/**
 * Where a table's rows stand; in itself, called `where`, for one that was cut from no known source.
 *
 * @example
 * ```ts
 * import { sourceRows, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { placeOf } = sourceRows(tableFromColumns({ text: ["a", "b"] }), "the test data");
 * assert.equal(placeOf(1), "row 2 of the test data");
 * ```
 */
export function sourceRows(table: Table, where: string): SourceRows {
  const from = known.get(table);
  const name = from?.where ?? where;
  const { word, ids } = from?.ids ?? idsOf.get(table) ?? {};
  const numberOf = (row: number) => (from?.rows?.[row] ?? row) + 1;
  const idOf = (row: number) => ids?.[numberOf(row) - 1] ?? null;
  const shownNumberOf = (row: number) => {
    const id = idOf(row);
    return `${numberOf(row)}${id === null ? "" : ` (${word} ${visible(String(id))})`}`;
  };
  const nameOf = (row: number) => `row ${shownNumberOf(row)}`;
  return {
    where: name,
    numberOf,
    ...(word === undefined ? {} : { tool: { word, idOf } }),
    shownNumberOf,
    nameOf,
    placeOf: (row) => `${nameOf(row)} of ${name}`,
  };
}

/** The same of items, each of which is of a row: `rowOf` has the row of each, from 0. */
export function sourceOfItems(source: SourceRows, rowOf: ArrayLike<number>): SourceRows {
  const { tool } = source;
  return {
    where: source.where,
    ...(tool ? { tool: { word: tool.word, idOf: (at) => tool.idOf(rowOf[at]) } } : {}),
    numberOf: (at) => source.numberOf(rowOf[at]),
    shownNumberOf: (at) => source.shownNumberOf(rowOf[at]),
    nameOf: (at) => source.nameOf(rowOf[at]),
    placeOf: (at) => source.placeOf(rowOf[at]),
  };
}
