/**
 * How often a model is right on parts of the rows that a person names.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { mistakes, TunebookError } from "../../../core/errors.ts";
import {
  anything,
  oneOf,
  required,
  type Rule,
  type Rules,
  text,
} from "../../../core/option_rules.ts";
import { isRecord } from "../../../core/objects.ts";
import { columnValues, requireColumns } from "../../../table/columns.ts";
import type { Table } from "../../../table/table.ts";
import type { SaidLabel } from "../../../tasks/shared/labelled_rows.ts";
import { judgedRows } from "../right_rows.ts";
import { hasValue } from "./condition.ts";
import type { SliceReport, SliceScore } from "./slice_report.ts";
import { rowsThatAre, type Slice, testedSlices } from "./tested_slices.ts";

/** A row of a table, by column. */
export type SliceRow = Readonly<Record<string, unknown>>;

/** Which rows are looked at by themselves. */
export interface ScoreSlicesOptions {
  /** The column of the right labels. */
  readonly label: string;
  /**
   * A column, each of whose values is a slice, or slices by name: what says whether a row belongs there, or a slice
   * that `findSlices` has found.
   */
  readonly by:
    | string
    | Readonly<Record<string, ((row: SliceRow) => boolean) | Pick<SliceScore, "holds">>>;
  /** How p-values are corrected for the number of slices; by Holm unless given. */
  readonly correction?: "holm" | "benjaminiHochberg";
}

/** The rule of how p-values are corrected. */
export const correctionRule: Rule = oneOf(["holm", "benjaminiHochberg"]);
const rules: Rules<ScoreSlicesOptions> = {
  label: required(text),
  by: required(anything),
  correction: correctionRule,
};
const wanted = 'by is a column, "source", or conditions by name, { short: (row) => … }';

/**
 * Scores a model on slices of rows that are given: by a column, or by conditions. A slice's p-value is the chance of as
 * many errors in as many rows drawn from all of them, corrected for the number of slices.
 *
 * @param answers what `predict` said to the rows, one label each
 * @param rows the same rows, with the right labels
 * @throws {TunebookError} of kind `input` for options that make no sense and for slices without rows, of kind `data` for
 *   columns that are missing and labels that the model does not know.
 *
 * @example
 * ```ts
 * import { scoreSlices, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rows = tableFromColumns({ label: ["+", "-", "+", "-"], source: ["a", "a", "b", "b"] });
 * const answers = ["+", "-", "-", "+"].map((label) => ({ label, probabilities: { "+": 0.5, "-": 0.5 } }));
 * const { slices } = scoreSlices(answers, rows, { label: "label", by: "source" });
 * assert.deepEqual(slices.map(({ name, accuracy }) => [name, accuracy]), [["source = b", 0], ["source = a", 1]]);
 * ```
 */
export function scoreSlices(
  answers: readonly SaidLabel[],
  rows: Table,
  options: ScoreSlicesOptions,
): SliceReport {
  checkOptions("scoreSlices", options, rules);
  const { label, by, correction = "holm" } = options;
  const { right } = judgedRows("scoreSlices", answers, rows, label);
  const slices = slicesOf(by, rows);
  const empty = slices.filter(({ inside }) => rowsThatAre(inside, true) === 0);
  if (empty.length > 0) {
    throw mistakes("input", "these slices have no rows:", empty.map(({ name }) => name));
  }
  return testedSlices(slices, right, { correction, most: slices.length });
}

function slicesOf(by: ScoreSlicesOptions["by"], rows: Table): Slice[] {
  if (typeof by === "string") {
    requireColumns(rows, [by], "the rows");
    const values = [...new Set(columnValues(rows, by).map(String))].sort();
    return values.map((value) => withRows(hasValue(by, value), rows));
  }
  const isSlice = (each: unknown) =>
    typeof each === "function" || (isRecord(each) && typeof each.holds === "function");
  if (!isRecord(by) || Object.keys(by).length === 0 || !Object.values(by).every(isSlice)) {
    throw new TunebookError("input", `scoreSlices: ${wanted}`);
  }
  return Object.entries(by).map(([name, each]) =>
    withRows(
      typeof each === "function"
        ? { name, holds: (table) => rowsOf(table).map((row) => Boolean(each(row))) }
        : { name, holds: each.holds },
      rows,
    )
  );
}

function withRows(condition: Omit<Slice, "inside">, rows: Table): Slice {
  return { ...condition, inside: condition.holds(rows) };
}

function rowsOf(table: Table): SliceRow[] {
  const columns = table.columnNames().map((name) => [name, columnValues(table, name)] as const);
  return Array.from(
    { length: table.numRows() },
    (_, row) => Object.fromEntries(columns.map(([name, values]) => [name, values[row]])),
  );
}
