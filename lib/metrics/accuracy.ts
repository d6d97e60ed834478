/**
 * Accuracy: which share of the rows is right.
 *
 * @module
 */
import type { Predictions } from "../nn/predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric, RowStatistics } from "./metric.ts";

/**
 * The share of rows that are wholly right; with many labels a row, every one of them. Equals
 * scikit-learn's `accuracy_score`.
 *
 * @example
 * ```ts
 * import { accuracy, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "multi",
 *   labels: ["food", "price"],
 *   logits: Float32Array.of(1, 1, 1, -1), // predicts both, then food alone
 *   truth: [1, 1, 0, 0],
 * });
 * assert.equal(accuracy.compute(predictions), 0.5);
 * ```
 */
export const accuracy: Metric<number, Predictions<"single" | "multi">> = additiveMetric({
  name: "accuracy",
  kinds: ["single", "multi"],
  better: "higher",
  range: [0, 1],
  additive: { statistics: rightOf, scoreOf: ([right, rows]) => right / rows },
});

/** Whether each row is right, and 1. */
function rightOf({ rows, truth, predicted }: Predictions): RowStatistics {
  const perRow = truth.length / rows;
  const values = new Float64Array(2 * rows).fill(1);
  for (let i = 0; i < truth.length; i++) {
    if (truth[i] !== predicted[i]) values[2 * Math.floor(i / perRow)] = 0;
  }
  return { size: 2, values };
}
