/**
 * From which score on boxes should count.
 *
 * @module
 */
import type { ScoreCurve, ScorePoint } from "../chart/score_curve.ts";
import { checkOptions } from "../core/check_options.ts";
import { mistakeOf, TunebookError } from "../core/errors.ts";
import { type Rules, wholeShare } from "../core/option_rules.ts";
import { bestPoint } from "./boxes/best_point.ts";

/** What the threshold should reach; the best F1 unless given. */
export interface ScoreThresholdOptions {
  /** The least precision: of the thresholds that have it, the one that finds the most objects. */
  readonly precision?: number;
  /** The least recall: the highest threshold that has it has the fewest wrong boxes. */
  readonly recall?: number;
}

const rules: Rules<ScoreThresholdOptions> = { precision: wholeShare, recall: wholeShare };

/**
 * The threshold of the score with the best F1, or the one that reaches a wanted precision or recall.
 * Choose it on validation rows and not on those that are scored. A box counts where its score is above
 * `threshold`.
 *
 * @param curve one of `detectionCurves`, of all classes or of one
 * @throws {TunebookError} of kind `data` where no box is found, or no threshold reaches what is wanted.
 *
 * @example
 * ```ts
 * import { boxPredictions, chooseScoreThreshold, detectionCurves } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { all } = detectionCurves.compute(boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 9, 9], label: "cat" }, { box: [20, 0, 9, 9], label: "cat" }]],
 *   predicted: [[
 *     { box: [0, 0, 9, 9], label: "cat", score: 0.9 },
 *     { box: [40, 40, 9, 9], label: "cat", score: 0.6 },
 *     { box: [20, 0, 9, 9], label: "cat", score: 0.5 },
 *   ]],
 * }));
 * assert.equal(chooseScoreThreshold(all).threshold, 0.25); // F1 is 0.8
 * assert.equal(chooseScoreThreshold(all, { precision: 0.9 }).threshold, 0.75);
 * ```
 */
export function chooseScoreThreshold(
  curve: ScoreCurve,
  options: ScoreThresholdOptions = {},
): ScorePoint {
  checkOptions(
    "chooseScoreThreshold",
    options,
    rules,
    () =>
      options.precision === undefined || options.recall === undefined
        ? []
        : [mistakeOf((of) => `give ${of("precision")} or ${of("recall")}, not both`)],
  );
  const best = bestPoint(curve);
  if (!best) {
    throw new TunebookError("data", `there is no box of ${curve.label} to choose a threshold by`);
  }
  const { points } = curve;
  const { precision, recall } = options;
  if (precision !== undefined) {
    const precise = points.filter((point) => point.precision >= precision);
    const most = points.reduce((top, point) => Math.max(top, point.precision), 0);
    if (precise.length === 0) throw unreached(curve, "precision", precision, most);
    return precise.reduce((best, point) => point.recall > best.recall ? point : best);
  }
  if (recall === undefined) return best;
  const found = points.find((point) => point.recall >= recall);
  if (!found) throw unreached(curve, "recall", recall, points.at(-1)!.recall);
  return found;
}

function unreached({ label }: ScoreCurve, what: string, wanted: number, most: number) {
  return new TunebookError(
    "data",
    `no threshold of ${label} has a ${what} of ${wanted}; the most is ${most}`,
  );
}
