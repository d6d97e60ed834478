/**
 * Parts of the rows in which a model is wrong more often than elsewhere.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { TunebookError } from "../../../core/errors.ts";
import { required, type Rule, type Rules, text, texts, whole } from "../../../core/option_rules.ts";
import { requireColumns } from "../../../table/columns.ts";
import type { Table } from "../../../table/table.ts";
import type { SaidLabel } from "../../../tasks/shared/labelled_rows.ts";
import { judgedRows } from "../right_rows.ts";
import { both, columnConditions, textConditions } from "./condition.ts";
import { correctionRule } from "./score_slices.ts";
import type { SliceReport } from "./slice_report.ts";
import { rowsThatAre, type Slice, testedSlices } from "./tested_slices.ts";

/** Where to look. */
export interface FindSlicesOptions {
  /** The column of the right labels. */
  readonly label: string;
  /** A column of texts: slices by their words and by how many they have. */
  readonly text?: string;
  /** Columns of few values, or of numbers; a column of clusters is one, too. */
  readonly columns?: readonly string[];
  /** The fewest rows of a slice: 20 unless given. */
  readonly minRows?: number;
  /** Conditions of a slice, 1 or 2: 1 unless given. With 2 all pairs are looked at, and corrected for. */
  readonly conditions?: 1 | 2;
  /** How p-values are corrected for all slices that were looked at; by Benjamini and Hochberg unless given. */
  readonly correction?: "holm" | "benjaminiHochberg";
  /** Slices that are reported: 10 unless given. */
  readonly most?: number;
}

const oneOrTwo: Rule = ["1 or 2", (value) => value === 1 || value === 2];
const rules: Rules<FindSlicesOptions> = {
  label: required(text),
  text,
  columns: texts,
  minRows: whole,
  conditions: oneOrTwo,
  correction: correctionRule,
  most: whole,
};
const usualRows = 20;
const usualSlices = 10;
/** Conditions that pairs are made of, the most frequent ones: more pairs cost time and say less each. */
const mostPaired = 120;

/**
 * Finds the slices in which a model is wrong most surely more often than elsewhere: rows with a word, of a length, with
 * a value of a column, or with two of these. All slices that have enough rows are tested by Fisher's exact test, and
 * their p-values are corrected for their number, as Chung et al. (Slice Finder, 2019) do. A slice that is found in
 * validation rows is confirmed by `scoreSlices` on test rows, which takes it.
 *
 * @param answers what `predict` said to the rows, one label each
 * @param rows the same rows, with the right labels
 * @throws {TunebookError} of kind `input` for options that make no sense and where nothing has so many rows, of kind
 *   `data` for columns that are missing and labels that the model does not know.
 *
 * @example
 * ```ts
 * import { findSlices, scoreSlices, tableFromRows } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rows = tableFromRows(Array.from({ length: 200 }, (_, row) => ({
 *   text: row % 4 === 0 ? "not good" : "good",
 *   label: row % 4 === 0 ? "negative" : "positive",
 * })));
 * const answers = Array.from({ length: 200 }, () => ({ label: "positive", probabilities: { positive: 1, negative: 0 } }));
 * const [worst] = findSlices(answers, rows, { label: "label", text: "text" }).slices;
 * assert.equal(worst.accuracy, 0);
 * assert.ok(worst.rows === 50 && worst.corrected < 1e-10);
 * const again = scoreSlices(answers, rows, { label: "label", by: { found: worst } });
 * assert.equal(again.slices[0].accuracy, 0);
 * ```
 */
export function findSlices(
  answers: readonly SaidLabel[],
  rows: Table,
  options: FindSlicesOptions,
): SliceReport {
  checkOptions("findSlices", options, rules);
  const { label, text, columns = [], minRows = usualRows, conditions = 1 } = options;
  const { correction = "benjaminiHochberg", most = usualSlices } = options;
  if (text === undefined && columns.length === 0) {
    throw new TunebookError("input", "findSlices needs a text column, or columns, to look at");
  }
  requireColumns(rows, [...(text === undefined ? [] : [text]), ...columns], "the rows");
  const { right } = judgedRows("findSlices", answers, rows, label);
  const isSlice = ({ inside }: Slice) => {
    const own = rowsThatAre(inside, true);
    return own >= minRows && own < right.length;
  };
  const single = [
    ...(text === undefined ? [] : textConditions(rows, text)),
    ...columns.flatMap((column) => columnConditions(rows, column)),
  ].map((condition) => ({ ...condition, inside: condition.holds(rows) })).filter(isSlice);
  const slices = distinct([
    ...single,
    ...(conditions === 2 ? pairsOf(single).filter(isSlice) : []),
  ]);
  if (slices.length === 0) {
    throw new TunebookError(
      "input",
      `findSlices: no part of the ${right.length} rows has ${minRows} rows and leaves some out`,
    );
  }
  return testedSlices(slices, right, { correction, most });
}

function pairsOf(single: readonly Slice[]): Slice[] {
  const frequent = single.toSorted((a, b) =>
    rowsThatAre(b.inside, true) - rowsThatAre(a.inside, true)
  )
    .slice(0, mostPaired);
  return frequent.flatMap((a, at) =>
    frequent.slice(at + 1).map((b) => ({
      ...both(a, b),
      inside: a.inside.map((is, row) => is && b.inside[row]),
    }))
  );
}

/** Slices of the same rows are one, which keeps its first name: the shortest. */
function distinct(slices: readonly Slice[]): Slice[] {
  const found = new Map<string, Slice>();
  for (const slice of slices) {
    const key = slice.inside.map(Number).join("");
    if (!found.has(key)) found.set(key, slice);
  }
  return [...found.values()];
}
