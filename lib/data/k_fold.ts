/**
 * Cuts a table into folds: seeded, stratified, by groups.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { integer, required, type Rule, type Rules, text } from "../core/option_rules.ts";
import { Random } from "../core/random.ts";
import { requireTable } from "../table/columns.ts";
import { pickRows } from "../table/source_rows.ts";
import type { Splits } from "../table/splits.ts";
import type { Table } from "../table/table.ts";
import { balancedGroups, stratifiedGroups } from "./fold_groups.ts";
import { rowsByClass } from "./split.ts";

/** How to cut into folds. */
export interface KFoldOptions {
  /** How many, from 2. */
  readonly folds: number;
  /** The same seed gives the same folds. */
  readonly seed: number;
  /** A column whose values keep their shares in every fold. */
  readonly stratify?: string;
  /** A column whose values never stand in two folds: the author, the patient, the document. */
  readonly groups?: string;
}

/** How many folds. */
export const foldsRule: Rule = [
  "a whole number from 2",
  (value) => Number.isSafeInteger(value) && value as number >= 2,
];
const rules: Rules<KFoldOptions> = {
  folds: required(foldsRule),
  seed: required(integer),
  stratify: text,
  groups: text,
};

/**
 * The folds of a cross-validation: each row is a test row of one fold and a training row of all others. Plain folds
 * differ by one row at most, and with `stratify` those of each class do, too, as in scikit-learn's `KFold` and
 * `StratifiedKFold`. With `groups` no group is split; folds are then as even as whole groups allow (`GroupKFold`,
 * `StratifiedGroupKFold`). Where stratified groups would leave a fold empty, groups are shared out by their rows alone.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense; of kind `data` for an unknown column and for
 * fewer rows, or fewer groups, than folds.
 *
 * @example
 * ```ts
 * import { kFold, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["a", "b", "c", "d"], author: ["x", "y", "x", "y"] });
 * for (const { train, test } of kFold(table, { folds: 2, seed: 1, groups: "author" })) {
 *   assert.notEqual(train.get("author", 0), test.get("author", 0));
 * }
 * ```
 */
export function kFold(table: Table, options: KFoldOptions): Splits[] {
  const all = kFoldRows(table, options);
  return all.map((test) => {
    const held = new Set(test);
    const train = Array.from({ length: table.numRows() }, (_, row) => row)
      .filter((row) => !held.has(row));
    return { train: pickRows(table, train), test: pickRows(table, test) };
  });
}

/** The test rows of each fold, counted from 0, ascending. */
export function kFoldRows(table: Table, options: KFoldOptions): Uint32Array[] {
  requireTable(table, "what is cut into folds");
  checkOptions("kFold", options, rules);
  const { folds, seed, stratify, groups } = options;
  const total = table.numRows();
  if (total < folds) {
    throw new TunebookError("data", `${total} rows cannot be cut into ${folds} folds`);
  }
  const random = Random.fromSeed(seed, "folds");
  const classes = stratify === undefined
    ? [Array.from({ length: total }, (_, row) => row)]
    : rowsByClass(table, stratify);
  const held = Array.from({ length: folds }, (): number[] => []);
  if (groups === undefined) {
    // Classes one after the other, so that folds differ by one row at most, in each class and in all.
    const order = classes.flatMap((rows) => random.shuffle([...rows]));
    order.forEach((row, at) => held[at % folds].push(row));
  } else {
    const grouped = random.shuffle(rowsByClass(table, groups));
    foldsOfGroups(grouped, classes, { folds, groups, total }).forEach((fold, group) => {
      held[fold].push(...grouped[group]);
    });
  }
  return held.map((rows) => Uint32Array.from(rows).sort());
}

/** The fold of each group. */
function foldsOfGroups(
  grouped: readonly (readonly number[])[],
  classes: readonly (readonly number[])[],
  { folds, groups, total }: {
    readonly folds: number;
    readonly groups: string;
    readonly total: number;
  },
): number[] {
  if (grouped.length < folds) {
    throw new TunebookError(
      "data",
      `the column "${groups}" has ${grouped.length} values, too few for ${folds} folds: no group may stand in two`,
    );
  }
  if (classes.length === 1) return balancedGroups(grouped.map((rows) => rows.length), folds);
  const classOf = new Uint32Array(total);
  classes.forEach((rows, at) => rows.forEach((row) => classOf[row] = at));
  const counts = grouped.map((rows) => {
    const own = new Array<number>(classes.length).fill(0);
    for (const row of rows) own[classOf[row]]++;
    return own;
  });
  const found = stratifiedGroups(counts, folds);
  // The shares of classes may be most even with a fold that stays empty.
  return new Set(found).size === folds
    ? found
    : balancedGroups(grouped.map((rows) => rows.length), folds);
}
