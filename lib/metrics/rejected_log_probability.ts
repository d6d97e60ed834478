/**
 * How likely the model is to write the worse answers.
 *
 * @module
 */
import type { PreferencePredictions } from "../nn/preference_predictions.ts";
import { meanOf } from "./mean_of.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The mean of log p of the worse answers, or of the bad ones, each as a whole with its end token, as `logps/rejected` of TRL.
 *
 * @example
 * ```ts
 * import { rejectedLogProbability, preferencePredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answersOf = (logProbability: number) => ({
 *   rowOf: Int32Array.of(0),
 *   rewards: Float64Array.of(0),
 *   logProbabilities: Float64Array.of(logProbability),
 *   tokens: Int32Array.of(2),
 * });
 * const [chosen, rejected] = [answersOf(-3), answersOf(-4)];
 * const predictions = preferencePredictions({ rows: 1, chosen, rejected, isPaired: true });
 * assert.equal(rejectedLogProbability.compute(predictions), -4);
 * ```
 */
export const rejectedLogProbability: Metric<number, PreferencePredictions> = metric({
  name: "rejectedLogProbability",
  kinds: ["preference"],
  better: "lower",
  compute: ({ rejected }) => meanOf(rejected.logProbabilities),
});
