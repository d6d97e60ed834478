/**
 * What leaks from fold to fold: the same rows, and groups that were not said to be any.
 *
 * @module
 */
import { columnValues } from "../../table/columns.ts";
import type { Pool } from "./pool.ts";
import type { FoldRows } from "./pool_folds.ts";

/** A column with fewer values, such as a language, has them in every fold. */
const leastGroups = 10;
/** Rows of a value on average, from which on a column looks like groups. */
const leastRowsOfGroup = 1.5;
/** What a group is named by. */
const namingTypes: readonly string[] = ["string", "bigint"];

/** What to know of the rows before the scores are believed, one line each. */
export function leakageNotes(pool: Pool, folds: readonly FoldRows[]): string[] {
  const first = folds.filter(({ repeat }) => repeat === 1);
  const foldOf = new Map(first.flatMap(({ fold, test }) => test.map((row) => [row, fold])));
  return [...duplicateNotes(pool, foldOf), ...groupNotes(pool, foldOf)];
}

function duplicateNotes(
  { table, task: { task } }: Pool,
  foldOf: ReadonlyMap<number, number>,
): string[] {
  const keys = task.report.texts(table).map((each) =>
    typeof each === "object" ? JSON.stringify(each) : each
  );
  const foldsOf = foldsOfValues(keys, foldOf);
  const rows = keys.filter((key) => (foldsOf.get(key)?.size ?? 0) > 1).length;
  if (rows === 0) return [];
  return [
    `${rows.toLocaleString("en")} of ${
      keys.length.toLocaleString("en")
    } rows stand in other folds, too, so that ` +
    "scores are higher than on new rows; remove duplicates, or group them with groups",
  ];
}

/** Columns that look like groups and cross folds. */
function groupNotes({ table, groups, task: { task } }: Pool, foldOf: ReadonlyMap<number, number>) {
  if (groups !== undefined) return [];
  return table.columnNames().filter((name) => !task.columns.includes(name)).flatMap((name) => {
    const values = columnValues(table, name);
    const foldsOf = foldsOfValues(values, foldOf);
    const count = foldsOf.size;
    const isNamed = values.every((each) =>
      namingTypes.includes(typeof each) || Number.isSafeInteger(each)
    );
    if (!isNamed || count < leastGroups || values.length / count < leastRowsOfGroup) return [];
    const crossing = [...foldsOf.values()].filter((folds) => folds.size > 1).length;
    if (crossing === 0) return [];
    return [
      `the column ${
        JSON.stringify(name)
      } has ${count} values, ${crossing} of them in several folds; if new rows ` +
      `have other ones, groups: ${JSON.stringify(name)} says how good the model is on those`,
    ];
  });
}

function foldsOfValues(
  values: readonly unknown[],
  foldOf: ReadonlyMap<number, number>,
): Map<unknown, Set<number>> {
  const found = new Map<unknown, Set<number>>();
  values.forEach((value, row) => {
    if (value === undefined || value === null) return;
    const folds = found.get(value) ?? new Set();
    folds.add(foldOf.get(row)!);
    found.set(value, folds);
  });
  return found;
}
