/**
 * What the model thinks of the worse answers.
 *
 * @module
 */
import type { AnyPreferencePredictions } from "../nn/preference_predictions.ts";
import { meanOf } from "./mean_of.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The mean reward of the worse answers, or of the bad ones, as `rewards/rejected` of TRL.
 *
 * @example
 * ```ts
 * import { rejectedReward, rewardPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rowOf = Int32Array.of(0);
 * const predictions = rewardPredictions({
 *   rows: 1,
 *   chosen: { rowOf, rewards: Float64Array.of(1) },
 *   rejected: { rowOf, rewards: Float64Array.of(-1) },
 *   isPaired: true,
 * });
 * assert.equal(rejectedReward.compute(predictions), -1);
 * ```
 */
export const rejectedReward: Metric<number, AnyPreferencePredictions> = metric({
  name: "rejectedReward",
  kinds: ["preference", "reward"],
  better: "lower",
  compute: ({ rejected }) => meanOf(rejected.rewards),
});
