/**
 * Tables whose rows say which split they are of.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { columnValues } from "../table/columns.ts";
import { pickRows, sourceRows, sourceTable } from "../table/source_rows.ts";
import type { Table } from "../table/table.ts";
import { type SplitName, splitNamed } from "./images/split_names.ts";

/** The column that `imageFolder`, `maskFolder` and `readYolo` write. */
export const splitColumn = "split";

/**
 * The rows of each split that the column `split` names (`train`, `validation`, `test`, and the other words that
 * folders of data sets use, such as `val`); undefined where there is no such column, or where it says something
 * else in every row.
 *
 * @throws TunebookError of kind "data" where some rows name a split and others do not
 *
 * @example
 * ```ts
 * import { tableFromColumns } from "tunebook";
 * import { splitsByColumn } from "./split_column.ts";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ image: ["1.png", "2.png"], split: ["train", "val"] });
 * const { validation, test } = splitsByColumn(table, "the data")!;
 * assert.deepEqual([validation!.array("image"), test], [["2.png"], undefined]);
 * ```
 */
export function splitsByColumn(
  table: Table,
  where: string,
): Partial<Readonly<Record<SplitName, Table>>> | undefined {
  if (!table.columnNames().includes(splitColumn)) return undefined;
  const source = sourceTable(table, where);
  const values = columnValues(source, splitColumn);
  const names = values.map((value) => typeof value === "string" ? splitNamed(value) : undefined);
  if (!names.some(Boolean)) return undefined;
  const { placeOf } = sourceRows(source, where);
  const wrong = names.flatMap((name, row) =>
    name ? [] : [`${placeOf(row)}: ${shownValue(values[row])}`]
  );
  if (wrong.length > 0) {
    throw mistakes(
      "data",
      `the column "${splitColumn}" of ${where} says train, validation or test in other rows, but not in`,
      wrong,
    );
  }
  const rowsOf = (name: SplitName) => names.flatMap((each, row) => each === name ? [row] : []);
  return Object.fromEntries(
    [...new Set(names as SplitName[])].map((name) => [name, pickRows(source, rowsOf(name))]),
  );
}
