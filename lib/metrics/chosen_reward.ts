/**
 * What the model thinks of the better answers.
 *
 * @module
 */
import type { AnyPreferencePredictions } from "../nn/preference_predictions.ts";
import { meanOf } from "./mean_of.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The mean reward of the better answers, or of the good ones, as `rewards/chosen` of TRL.
 *
 * @example
 * ```ts
 * import { chosenReward, rewardPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rowOf = Int32Array.of(0);
 * const predictions = rewardPredictions({
 *   rows: 1,
 *   chosen: { rowOf, rewards: Float64Array.of(1) },
 *   rejected: { rowOf, rewards: Float64Array.of(-1) },
 *   isPaired: true,
 * });
 * assert.equal(chosenReward.compute(predictions), 1);
 * ```
 */
export const chosenReward: Metric<number, AnyPreferencePredictions> = metric({
  name: "chosenReward",
  kinds: ["preference", "reward"],
  better: "higher",
  compute: ({ chosen }) => meanOf(chosen.rewards),
});
