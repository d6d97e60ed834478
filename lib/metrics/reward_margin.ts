/**
 * By how much the model rewards better answers more.
 *
 * @module
 */
import type { AnyPreferencePredictions } from "../nn/preference_predictions.ts";
import { meanOf } from "./mean_of.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The mean reward of the better answers less that of the worse ones, as `rewards/margins` of TRL.
 *
 * @example
 * ```ts
 * import { rewardMargin, rewardPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rowOf = Int32Array.of(0);
 * const predictions = rewardPredictions({
 *   rows: 1,
 *   chosen: { rowOf, rewards: Float64Array.of(1) },
 *   rejected: { rowOf, rewards: Float64Array.of(-1) },
 *   isPaired: true,
 * });
 * assert.equal(rewardMargin.compute(predictions), 2);
 * ```
 */
export const rewardMargin: Metric<number, AnyPreferencePredictions> = metric({
  name: "rewardMargin",
  kinds: ["preference", "reward"],
  better: "higher",
  compute: ({ chosen, rejected }) => meanOf(chosen.rewards) - meanOf(rejected.rewards),
});
