/**
 * Accuracy: which share of the rows is right.
 *
 * @module
 */
import { type Metric, metric } from "./metric.ts";
import type { Predictions } from "../nn/predictions.ts";

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
export const accuracy: Metric<number, Predictions<"single" | "multi">> = metric({
  name: "accuracy",
  kinds: ["single", "multi"],
  better: "higher",
  range: [0, 1],
  compute({ rows, truth, predicted }) {
    const perRow = truth.length / rows;
    let right = 0;
    for (let row = 0; row < rows; row++) {
      let same = true;
      for (let i = row * perRow; i < (row + 1) * perRow; i++) same &&= truth[i] === predicted[i];
      if (same) right++;
    }
    return right / rows;
  },
});
