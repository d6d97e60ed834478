/**
 * Pearson's correlation of true and predicted values.
 *
 * @module
 */
import { correlationOfOutputs } from "./correlation_of_outputs.ts";
import { type Metric, metric } from "./metric.ts";
import type { Predictions } from "../nn/predictions.ts";

/**
 * The linear correlation in [-1, 1]; with several outputs the mean of theirs. NaN when all true
 * or all predicted values are equal. Equals SciPy's `pearsonr`.
 *
 * @example
 * ```ts
 * import { pearson, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "regression",
 *   labels: ["stars"],
 *   logits: Float32Array.of(3, 2, 1),
 *   truth: [1, 3, 5],
 * });
 * assert.equal(pearson.compute(predictions), -1);
 * ```
 */
export const pearson: Metric<number, Predictions<"regression">> = metric({
  name: "pearson",
  kinds: ["regression"],
  better: "higher",
  range: [-1, 1],
  compute: (predictions) => correlationOfOutputs(predictions, (values) => values),
});
