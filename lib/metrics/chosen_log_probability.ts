/**
 * How likely the model is to write the better answers.
 *
 * @module
 */
import type { PreferencePredictions } from "../nn/preference_predictions.ts";
import { meanOf } from "./mean_of.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The mean of log p of the better answers, or of the good ones, each as a whole with its end token, as `logps/chosen` of TRL.
 *
 * @example
 * ```ts
 * import { chosenLogProbability, preferencePredictions } from "tunebook";
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
 * assert.equal(chosenLogProbability.compute(predictions), -3);
 * ```
 */
export const chosenLogProbability: Metric<number, PreferencePredictions> = metric({
  name: "chosenLogProbability",
  kinds: ["preference"],
  better: "higher",
  compute: ({ chosen }) => meanOf(chosen.logProbabilities),
});
