/**
 * How often the model rewards the better answer more.
 *
 * @module
 */
import type { AnyPreferencePredictions } from "../nn/preference_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The share of pairs whose better answer has the higher reward, as `rewards/accuracies` of TRL. Of answers that were judged
 * each by itself, the share of all pairs of a good and a bad one; equal rewards count half of a pair then, as in the area under
 * the ROC curve.
 *
 * @example
 * ```ts
 * import { rewardAccuracy, rewardPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rowOf = Int32Array.of(0);
 * const predictions = rewardPredictions({
 *   rows: 1,
 *   chosen: { rowOf, rewards: Float64Array.of(1) },
 *   rejected: { rowOf, rewards: Float64Array.of(-1) },
 *   isPaired: true,
 * });
 * assert.equal(rewardAccuracy.compute(predictions), 1);
 * ```
 */
export const rewardAccuracy: Metric<number, AnyPreferencePredictions> = metric({
  name: "rewardAccuracy",
  kinds: ["preference", "reward"],
  better: "higher",
  range: [0, 1],
  compute({ chosen, rejected, isPaired }) {
    if (!isPaired) return shareAbove(chosen.rewards, rejected.rewards);
    const right = chosen.rewards.filter((reward, pair) => reward > rejected.rewards[pair]);
    return right.length / chosen.rewards.length;
  },
});

/** How often a number of `above` is larger than one of `below`; NaN where one has none. */
function shareAbove(above: Float64Array, below: Float64Array): number {
  const sorted = below.toSorted();
  // Numbers of `below` that are smaller than a value, or not larger than it.
  const countBelow = (value: number, withEqual: boolean) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] < value || (withEqual && sorted[middle] === value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const won = above.reduce(
    (sum, value) => sum + (countBelow(value, false) + countBelow(value, true)) / 2,
    0,
  );
  return won / (above.length * below.length);
}
