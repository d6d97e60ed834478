/**
 * The mean squared error.
 *
 * @module
 */
import { type Metric, metric } from "./metric.ts";
import type { Predictions } from "../nn/predictions.ts";

/**
 * The mean of the squared differences over all rows and outputs. Equals scikit-learn's
 * `mean_squared_error`.
 *
 * @example
 * ```ts
 * import { mse, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "regression",
 *   labels: ["stars"],
 *   logits: Float32Array.of(4, 1),
 *   truth: [5, 3],
 * });
 * assert.equal(mse.compute(predictions), 2.5);
 * ```
 */
export const mse: Metric<number, Predictions<"regression">> = metric({
  name: "mse",
  kinds: ["regression"],
  better: "lower",
  range: [0, Infinity],
  compute({ truth, predicted }) {
    let sum = 0;
    for (let i = 0; i < truth.length; i++) sum += (truth[i] - predicted[i]) ** 2;
    return sum / truth.length;
  },
});
