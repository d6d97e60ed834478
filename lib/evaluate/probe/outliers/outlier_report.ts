/**
 * How well a score tells strange rows from usual ones.
 *
 * @module
 */
import { percent } from "../../../core/percent.ts";
import { checkOptions } from "../../../core/check_options.ts";
import { bundleOf, customInspect, withDisplay } from "../../../core/display.ts";
import { mistakes } from "../../../core/errors.ts";
import { htmlFrame, htmlTable } from "../../../core/html.ts";
import { numberList, required, type Rules, share } from "../../../core/option_rules.ts";
import { wilsonInterval } from "../../../core/wilson_interval.ts";
import { ranksOf } from "../../../metrics/ranks.ts";

/** Scores of rows, the higher the stranger. */
export interface OutlierReportOptions {
  /** Of usual rows that the threshold is chosen on; the test rows must be others. */
  readonly validation: ArrayLike<number>;
  /** Of usual rows. */
  readonly inside: ArrayLike<number>;
  /** Of rows that the model is not made for. */
  readonly outside: ArrayLike<number>;
  /** The share of validation rows that the threshold keeps: 0.95 unless given. */
  readonly keep?: number;
}

/** A share of rows with its 95 % interval. */
export interface OutlierShare {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** How well a score tells strange rows; shows itself as a table. */
export interface OutlierReport {
  /** The chance that a row of outside has a higher score than one of inside, a tie counting half. */
  readonly auroc: number;
  /** The share of outside that is kept by a threshold that keeps 95 % of inside itself. */
  readonly fprAt95: number;
  /** Chosen on the validation rows: rows with a score above it are strange. */
  readonly threshold: number;
  /** What the threshold keeps of the usual rows, and what it refuses of the others. */
  readonly keptInside: OutlierShare;
  readonly refusedOutside: OutlierShare;
  toString(): string;
}

const rules: Rules<OutlierReportOptions> = {
  validation: required(numberList),
  inside: required(numberList),
  outside: required(numberList),
  keep: share,
};
const usualShare = 0.95;

/**
 * Measures a score of strangeness on rows that are given, by the area under the ROC curve and by the share of strange
 * rows that pass where 95 % of the usual ones do; and chooses a threshold on validation rows. Equals scikit-learn's
 * `roc_auc_score` and `roc_curve`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, lists without numbers included.
 *
 * @example
 * ```ts
 * import { outlierReport } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const report = outlierReport({ validation: [1, 2, 3, 4], inside: [1, 3], outside: [2, 9], keep: 0.75 });
 * assert.equal(report.auroc, 0.75);
 * assert.equal(report.threshold, 3);
 * assert.equal(report.refusedOutside.mean, 0.5);
 * ```
 */
export function outlierReport(options: OutlierReportOptions): OutlierReport {
  checkOptions("outlierReport", options, rules);
  const { keep = usualShare } = options;
  const lists = ["validation", "inside", "outside"] as const;
  const [validation, inside, outside] = lists.map((name) => Float64Array.from(options[name]));
  const wrong = [validation, inside, outside].flatMap((scores, at) => {
    if (scores.length === 0) return [`${lists[at]} has no scores`];
    const row = scores.findIndex((score) => !Number.isFinite(score));
    return row < 0 ? [] : [`${lists[at]}: score ${row + 1} is ${scores[row]}`];
  });
  if (wrong.length > 0) throw mistakes("input", "outlierReport cannot compare these:", wrong);
  const ranks = ranksOf([...inside, ...outside]).subarray(inside.length);
  const above = ranks.reduce((sum, rank) => sum + rank, 0) -
    outside.length * (outside.length + 1) / 2;
  const threshold = keeping(validation, keep);
  const limit = keeping(inside, usualShare);
  return shownOutliers({
    auroc: above / (inside.length * outside.length),
    fprAt95: countUpTo(outside, limit) / outside.length,
    threshold,
    keptInside: wilsonInterval(countUpTo(inside, threshold), inside.length),
    refusedOutside: wilsonInterval(outside.length - countUpTo(outside, threshold), outside.length),
  }, keep);
}

/** The smallest score that this share of the scores does not exceed. */
function keeping(scores: Float64Array, keep: number): number {
  const count = Math.ceil(keep * scores.length - 1e-9);
  return scores.toSorted()[Math.max(0, count - 1)];
}

function countUpTo(scores: Float64Array, limit: number): number {
  return scores.reduce((sum, score) => sum + Number(score <= limit), 0);
}

function shownOutliers(found: Omit<OutlierReport, "toString">, keep: number): OutlierReport {
  const interval = ({ mean, low, high }: OutlierShare) =>
    `${percent(mean)} (${percent(low)} to ${percent(high)})`;
  const rows = [
    ["AUROC", found.auroc.toFixed(4)],
    ["strange rows kept with 95 % of the usual", percent(found.fprAt95)],
    [
      `threshold, ${percent(keep)} of validation rows kept`,
      String(+found.threshold.toPrecision(6)),
    ],
    ["usual rows that it keeps", interval(found.keptInside)],
    ["strange rows that it refuses", interval(found.refusedOutside)],
  ];
  const text = rows.map(([name, value]) => `${name}: ${value}`).join("\n");
  const whole = { ...found, toString: () => text };
  const columns = [{ title: "what" }, { title: "value", align: "right" as const }];
  const table = () => htmlTable({ caption: "Strange rows beside usual ones", columns, rows });
  const shown = withDisplay(whole, () => bundleOf(text, htmlFrame(table())));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}
