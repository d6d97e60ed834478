/**
 * Which rows of the pool each fold trains on, validates on and is scored on.
 *
 * @module
 */
import { kFoldRows } from "../../data/k_fold.ts";
import { splitRows } from "../../data/split.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { CrossValidateSettings } from "./select_options.ts";
import type { Pool } from "./pool.ts";

/** The rows of one fold, counted from 0 in the pool. */
export interface FoldRows {
  /** Which cut of the rows it is of, from 1. */
  readonly repeat: number;
  /** Which fold of the cut, from 1. */
  readonly fold: number;
  readonly train: readonly number[];
  /** Rows that choose the checkpoint, cut off those of the training: never those that are held out. */
  readonly validation?: readonly number[];
  readonly test: readonly number[];
}

/** All folds, repeat by repeat. Classes keep their shares where the task has classes. */
export function poolFolds(
  pool: Pool,
  { folds, repeats, seed, groups }: Pick<
    CrossValidateSettings,
    "folds" | "repeats" | "seed" | "groups"
  >,
): FoldRows[] {
  const { table, task: { task }, validationSize } = pool;
  const by = {
    ...(groups === undefined ? {} : { groups }),
    ...(task.stratify === undefined ? {} : { stratify: task.stratify }),
  };
  return Array.from({ length: repeats }, (_, repeat) => {
    const ownSeed = seed + repeat;
    return kFoldRows(table, { folds, seed: ownSeed, ...by }).map((test, fold): FoldRows => {
      const held = new Set(test);
      const others = Array.from({ length: table.numRows() }, (_, row) => row)
        .filter((row) => !held.has(row));
      const cut = validationSize === undefined
        ? { train: others }
        : withoutValidation(table, others, { size: validationSize, seed: ownSeed, ...by });
      return { repeat: repeat + 1, fold: fold + 1, ...cut, test: [...test] };
    });
  }).flat();
}

/** Cuts validation rows off training rows; groups stay whole. */
function withoutValidation(
  table: Table,
  rows: readonly number[],
  { size, seed, ...by }: {
    readonly size: number;
    readonly seed: number;
    readonly groups?: string;
    readonly stratify?: string;
  },
): Required<Pick<FoldRows, "train" | "validation">> {
  const own = pickRows(table, rows);
  const validation = by.groups === undefined
    ? splitRows(own, { test: size, seed, ...by }).test
    // About as many rows as were asked for, in whole groups.
    : kFoldRows(own, {
      folds: Math.max(2, Math.round(foldsFor(size, rows.length))),
      seed,
      ...by,
    })[0];
  const held = new Set(validation);
  return {
    train: rows.filter((_, at) => !held.has(at)),
    validation: Array.from(validation, (at) => rows[at]),
  };
}

/** How many folds there are where each has the size. */
function foldsFor(size: number, rows: number): number {
  return size < 1 ? 1 / size : rows / size;
}
