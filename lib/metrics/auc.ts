/**
 * The area under the ROC curve: how well a class's rows are ranked above the others.
 *
 * @module
 */
import { classScores } from "../core/log_odds.ts";
import type { LabelPredictions } from "./class_score.ts";
import { type Metric, metric } from "./metric.ts";
import { ranksOf } from "./ranks.ts";

/** The mean over classes, and each class's own area. */
export interface Auc extends Metric<number, LabelPredictions> {
  /** The area of each class against the rest, by its label; NaN where it is not defined. */
  readonly perClass: Metric<Record<string, number>, LabelPredictions>;
}

/**
 * The chance that a row with the label gets a higher probability than a row without it, a tie
 * counting half. Two classes: of the second one. More, or many labels a row: the mean of each
 * class against the rest. Equals scikit-learn's `roc_auc_score` (`multi_class="ovr"`,
 * `average="macro"`). Not defined, and NaN, when some class has no rows or has all of them;
 * `auc.perClass` shows which.
 *
 * Rows are ranked by their logits, so that rows whose probabilities both round to 1 are not tied;
 * scikit-learn, given such probabilities, counts them as ties.
 *
 * @example
 * ```ts
 * import { auc, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 2, 0, 3, 0, 1), // the second row is the surest good one
 *   truth: [1, 0, 0],
 * });
 * assert.equal(auc.compute(predictions), 0.5);
 * ```
 */
export const auc: Auc = Object.freeze({
  ...metric<number, LabelPredictions>({
    name: "auc",
    kinds: ["single", "multi"],
    better: "higher",
    range: [0, 1],
    compute(predictions) {
      const areas = areasOf(predictions);
      if (predictions.kind === "single" && areas.length === 2) return areas[1];
      return areas.reduce((a, b) => a + b) / areas.length;
    },
  }),
  perClass: metric<Record<string, number>, LabelPredictions>({
    name: "auc.perClass",
    isTable: true,
    kinds: ["single", "multi"],
    better: "higher",
    range: [0, 1],
    compute: (predictions) =>
      Object.fromEntries(areasOf(predictions).map((area, k) => [predictions.labels[k], area])),
  }),
});

function areasOf(predictions: LabelPredictions): number[] {
  const { kind, labels, truth } = predictions;
  const outputs = labels.length;
  return labels.map((_, k) => {
    const has = (row: number) => kind === "multi" ? truth[row * outputs + k] : truth[row] === k;
    return area(classScores(predictions, k), has);
  });
}

/** Mann and Whitney's statistic over all pairs (1947). */
function area(scores: Float64Array, has: (row: number) => boolean | number): number {
  let positives = 0;
  let rankSum = 0;
  ranksOf(scores).forEach((rank, row) => {
    if (!has(row)) return;
    positives++;
    rankSum += rank;
  });
  const pairs = positives * (scores.length - positives);
  return pairs === 0 ? NaN : (rankSum - positives * (positives + 1) / 2) / pairs;
}
