/**
 * Cuts a table into training, validation and test rows: seeded, stratified, with exact counts.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { finiteNumber, required, type Rules, text } from "../core/option_rules.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import { columnValues, requireColumns, requireTable } from "../table/columns.ts";
import { pickRows } from "../table/source_rows.ts";
import type { Splits } from "../table/splits.ts";
import type { Table } from "../table/table.ts";

/** How to split. */
export interface SplitOptions {
  /** Test rows: a share below 1, or a whole number of rows. */
  test: number;
  /** Validation rows, likewise; by default there is no such split. */
  validation?: number;
  /** The same seed gives the same split. */
  seed: number;
  /** A column whose values keep their shares in every split. */
  stratify?: string;
}

// Whether they fit is told together with the sizes.
const rules: Rules<SplitOptions> = {
  test: required(finiteNumber),
  validation: finiteNumber,
  seed: required(finiteNumber),
  stratify: text,
};

/** Row numbers from 0, ascending; every row is in exactly one split. */
export interface SplitRows {
  train: Uint32Array;
  validation?: Uint32Array;
  test: Uint32Array;
}

/**
 * Splits a table; rows keep their order within a split. Groups of the table are dissolved.
 *
 * With `stratify`, each class gets its share of a split by the largest-remainder method, so the
 * split has exactly the size asked for; while it can be helped, one row of each class stays in the
 * training split. Throws a `TunebookError`: kind "input" for sizes that leave a split empty, "data"
 * for an unknown column.
 *
 * @example
 * ```ts
 * import { splitTable, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ label: ["a", "a", "a", "a", "b", "b", "b", "b"] });
 * const { train, test } = splitTable(table, { test: 0.25, seed: 1, stratify: "label" });
 * assert.equal(train.numRows(), 6);
 * assert.deepEqual(test.array("label"), ["a", "b"]);
 * ```
 */
export function splitTable(table: Table, options: SplitOptions): Splits {
  requireTable(table, "what is split");
  checkOptions("splitTable", options, rules);
  const rows = splitRows(table, options);
  return {
    train: pickRows(table, rows.train),
    ...(rows.validation && { validation: pickRows(table, rows.validation) }),
    test: pickRows(table, rows.test),
  };
}

/** Like {@link splitTable}, but gives the row numbers instead of tables. */
export function splitRows(table: Table, options: SplitOptions): SplitRows {
  const total = table.numRows();
  const sizes = splitSizes(total, options);
  const groups = options.stratify === undefined
    ? [Array.from({ length: total }, (_, row) => row)]
    : rowsByClass(table, options.stratify);
  const random = Random.fromSeed(options.seed, "split");
  for (const group of groups) random.shuffle(group);

  const cut = (size: number): Uint32Array => {
    const counts = shares(groups.map((group) => group.length), size);
    const rows = groups.flatMap((group, index) => group.splice(0, counts[index]));
    return Uint32Array.from(rows).sort();
  };
  const test = cut(sizes.test);
  const validation = sizes.validation === undefined ? undefined : cut(sizes.validation);
  const train = Uint32Array.from(groups.flat()).sort();
  return { train, ...(validation && { validation }), test };
}

/**
 * Shares `size` among groups of `counts` rows in proportion (largest remainder; ties go to the
 * earlier group). One row of each group is left where that is possible.
 */
export function shares(counts: readonly number[], size: number): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const sparing = counts.map((count) => Math.max(0, count - 1));
  const limits = sparing.reduce((sum, limit) => sum + limit, 0) >= size ? sparing : counts;
  const quotas = counts.map((count) => count * size / total);
  const given = quotas.map((quota, index) => Math.min(Math.floor(quota), limits[index]));
  let left = size - given.reduce((sum, count) => sum + count, 0);
  const order = quotas.map((_, index) => index)
    .sort((a, b) => (quotas[b] - given[b]) - (quotas[a] - given[a]) || a - b);
  while (left > 0) {
    for (const index of order) {
      if (left === 0 || given[index] >= limits[index]) continue;
      given[index]++;
      left--;
    }
  }
  return given;
}

function splitSizes(total: number, { test, validation, seed }: SplitOptions) {
  if (total === 0) throw new TunebookError("data", "there are no rows to split");
  const wrong: string[] = [];
  if (!Number.isSafeInteger(seed)) wrong.push(`seed is ${seed}, not a whole number`);
  const sizeOf = (name: string, size: number): number => {
    const rows = size < 1 ? Math.round(size * total) : size;
    if (!(size > 0) || !Number.isSafeInteger(rows)) {
      wrong.push(`${name} is ${size}, not a share between 0 and 1 or a whole number of rows`);
    } else if (rows === 0) {
      wrong.push(`${name} ${size} of ${total} rows is no row at all; give more or get more data`);
    }
    return rows;
  };
  const sizes = {
    test: sizeOf("test", test),
    ...(validation !== undefined && { validation: sizeOf("validation", validation) }),
  };
  const held = sizes.test + (sizes.validation ?? 0);
  if (wrong.length === 0 && held >= total) {
    wrong.push(`${held} rows are held out of ${total}: none is left to train on`);
  }
  if (wrong.length > 0) throw mistakes("input", "cannot split the table:", wrong);
  return sizes;
}

/** The rows of each value of a column, in the order in which values come first. */
export function rowsByClass(table: Table, column: string): number[][] {
  requireColumns(table, [column], "the table");
  const groups = new Map<string, number[]>();
  columnValues(table, column).forEach((value, row) => {
    const key = `${typeof value} ${
      JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}` : part)
    }`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  });
  return [...groups.values()];
}
