/**
 * What a model tells one group of rows and not another.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { mistakes } from "../../../core/errors.ts";
import { integer, required, type Rules, text, whole } from "../../../core/option_rules.ts";
import { Random } from "../../../core/random.ts";
import { columnValues, requireColumns } from "../../../table/columns.ts";
import type { Table } from "../../../table/table.ts";
import type { SaidLabel } from "../../../tasks/shared/labelled_rows.ts";
import { judgedRows } from "../right_rows.ts";
import { shownFairness } from "./fairness_display.ts";
import type { FairnessGap, FairnessReport } from "./fairness_report.ts";
import { gapsOf, type GroupRates, type GroupRows, type RateGaps, ratesOf } from "./group_rates.ts";

/** Which groups, and which label counts. */
export interface FairnessGapsOptions {
  /** The column of the right labels. */
  readonly label: string;
  /** The column of the groups. */
  readonly group: string;
  /** The label that is given or refused: `approved`. */
  readonly positive: string;
  /** Draws of the bootstrap and of the permutation test: 1,000 unless given. */
  readonly draws?: number;
  /** Chooses them: 0 unless given. */
  readonly seed?: number;
}

const rules: Rules<FairnessGapsOptions> = {
  label: required(text),
  group: required(text),
  positive: required(text),
  draws: whole,
  seed: integer,
};
const usualDraws = 1000;
const tail = 0.025;

/**
 * Compares what a model tells groups of rows: how often it gives a label, and how often it is right and wrong to do so.
 * Rates and gaps are those of fairlearn (`demographic_parity_difference`, `equalized_odds_difference`,
 * `equal_opportunity_difference`, `MetricFrame`). A gap is never below 0, so that its interval never holds 0: whether
 * chance explains it is what the permutation test says.
 *
 * @param answers what `predict` said to the rows, one label each
 * @param rows the same rows, with the right labels and their groups
 * @throws {TunebookError} of kind `input` for options that make no sense, for fewer than two groups and for a label that
 *   the model does not know, of kind `data` for columns that are missing.
 *
 * @example
 * ```ts
 * import { fairnessGaps, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rows = tableFromColumns({ label: ["yes", "no", "yes", "no"], who: ["a", "a", "b", "b"] });
 * const answers = ["yes", "no", "no", "no"].map((label) => ({ label, probabilities: { yes: 0.5, no: 0.5 } }));
 * const { gaps } = fairnessGaps(answers, rows, { label: "label", group: "who", positive: "yes" });
 * assert.equal(gaps.demographicParity.value, 0.5);
 * assert.equal(gaps.equalOpportunity.value, 1);
 * ```
 */
export function fairnessGaps(
  answers: readonly SaidLabel[],
  rows: Table,
  options: FairnessGapsOptions,
): FairnessReport {
  checkOptions("fairnessGaps", options, rules);
  const { label, group, positive, draws = usualDraws, seed = 0 } = options;
  requireColumns(rows, [label, group], "the rows");
  const judged = judgedRows("fairnessGaps", answers, rows, label);
  const known = Object.keys(answers[0].probabilities);
  const groupOf = columnValues(rows, group).map(String);
  const names = [...new Set(groupOf)].sort();
  const wrong = [
    ...known.includes(positive)
      ? []
      : [`the model does not know the label ${positive}; it gives ${known.join(", ")}`],
    ...names.length > 1 ? [] : [`all rows are of one group of ${group}: ${names[0]}`],
  ];
  if (wrong.length > 0) throw mistakes("input", "fairnessGaps cannot compare groups:", wrong);
  const everyRow: Omit<GroupRows, "name"> = {
    chosen: judged.said.map((name) => name === positive),
    truly: judged.truth.map((name) => name === positive),
    right: judged.right,
  };
  const members = names.map((name) => groupOf.flatMap((each, row) => each === name ? [row] : []));
  const groups = names.map((name, at) => ({
    name,
    rows: members[at].length,
    ...ratesOf(everyRow, members[at]),
  }));
  return shownFairness({
    ...{ positive, groups, notes: notesOf(groups, positive) },
    gaps: gapsWithChance(everyRow, members, { draws, seed }),
  });
}

/** The gaps with their intervals, and what lots would give. */
function gapsWithChance(
  rows: Omit<GroupRows, "name">,
  members: readonly (readonly number[])[],
  { draws, seed }: { readonly draws: number; readonly seed: number },
): FairnessReport["gaps"] {
  const gaps = gapsOf(members.map((own) => ratesOf(rows, own)));
  const random = Random.fromSeed(seed, "fairness");
  const drawn = Array.from(
    { length: draws },
    () =>
      gapsOf(members.map((own) => ratesOf(rows, own.map(() => own[random.integer(own.length)])))),
  );
  const all = members.flat();
  const byLot = Array.from({ length: draws }, () => {
    random.shuffle(all);
    let from = 0;
    return gapsOf(members.map(({ length }) => ratesOf(rows, all.slice(from, from += length))));
  });
  const gapOf = (name: keyof RateGaps): FairnessGap => {
    const value = gaps[name];
    const sorted = drawn.map((each) => each[name]).filter((each) => !Number.isNaN(each))
      .sort((a, b) => a - b);
    const end = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
    const asLarge = byLot.filter((each) => each[name] >= value - Number.EPSILON).length;
    return { value, low: end(tail), high: end(1 - tail), pValue: (asLarge + 1) / (draws + 1) };
  };
  return {
    demographicParity: gapOf("demographicParity"),
    equalisedOdds: gapOf("equalisedOdds"),
    equalOpportunity: gapOf("equalOpportunity"),
    accuracy: gapOf("accuracy"),
  };
}

function notesOf(
  groups: readonly (GroupRates & { readonly name: string })[],
  positive: string,
): string[] {
  return groups.flatMap(({ name, truePositiveRate, falsePositiveRate }) => [
    ...Number.isNaN(truePositiveRate)
      ? [`${name} has no rows with the label ${positive}: its true positive rate is left out`]
      : [],
    ...Number.isNaN(falsePositiveRate)
      ? [`${name} has only rows with the label ${positive}: its false positive rate is left out`]
      : [],
  ]);
}
