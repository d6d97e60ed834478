/**
 * Remembers where rows stood before a table was cut, so that errors count them as their source does.
 *
 * @module
 */
import type { Table } from "./table.ts";

/** Where the rows of a table stand in what a person gave. */
export interface SourceRows {
  /** What errors call the source: a file, a data set, `the test data`. */
  readonly where: string;
  /** The number of a row in the source, from 1; `row` counts within the table, from 0. */
  numberOf(row: number): number;
  /** The same with the source, `row 7 of reviews.csv`. */
  placeOf(row: number): string;
}

interface Known {
  readonly where: string;
  /** Positions in the source from 0; absent where they are those in the table. */
  readonly rows?: ArrayLike<number>;
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
  known.set(plain, known.get(table) ?? { where });
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
  const numberOf = (row: number) => (from?.rows?.[row] ?? row) + 1;
  return { where: name, numberOf, placeOf: (row) => `row ${numberOf(row)} of ${name}` };
}
