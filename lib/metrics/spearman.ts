/**
 * Spearman's correlation of true and predicted ranks.
 *
 * @module
 */
import { correlationOfOutputs } from "./correlation_of_outputs.ts";
import { type Metric, metric } from "./metric.ts";
import type { Predictions } from "../nn/predictions.ts";
import { ranksOf } from "./ranks.ts";

/**
 * The correlation of ranks in [-1, 1], ties sharing their mean rank; with several outputs the
 * mean of theirs. NaN when all true or all predicted values are equal. Equals SciPy's
 * `spearmanr`.
 *
 * @example
 * ```ts
 * import { predictionsOf, spearman } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "regression",
 *   labels: ["stars"],
 *   logits: Float32Array.of(1, 10, 1000), // the order is right
 *   truth: [1, 2, 3],
 * });
 * assert.equal(spearman.compute(predictions), 1);
 * ```
 */
export const spearman: Metric<number, Predictions<"regression">> = metric({
  name: "spearman",
  kinds: ["regression"],
  better: "higher",
  range: [-1, 1],
  compute: (predictions) => correlationOfOutputs(predictions, ranksOf),
});
