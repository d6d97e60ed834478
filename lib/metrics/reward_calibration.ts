/**
 * Whether the margins of rewards are as sure as they should be.
 *
 * @module
 */
import type { AnyPreferencePredictions } from "../nn/preference_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** Bins of the probability that the answer with the higher reward is the better one, from ½ to 1. */
const bins = 10;

/**
 * The expected calibration error of σ(margin), the probability that the answer with the higher reward is the better one (Guo et al.,
 * arXiv 1706.04599): pairs in 10 bins of equal width from ½ to 1, and the mean over the pairs of how far the share of right ones is
 * from the mean probability. NaN where answers are no pairs.
 *
 * @example
 * ```ts
 * import { rewardCalibration, rewardPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const rowOf = Int32Array.of(0);
 * const sure = rewardPredictions({
 *   rows: 1,
 *   chosen: { rowOf, rewards: Float64Array.of(50) },
 *   rejected: { rowOf, rewards: Float64Array.of(0) },
 *   isPaired: true,
 * });
 * assert.ok(rewardCalibration.compute(sure) < 1e-9);
 * ```
 */
export const rewardCalibration: Metric<number, AnyPreferencePredictions> = metric({
  name: "rewardCalibration",
  kinds: ["preference", "reward"],
  better: "lower",
  range: [0, 1],
  compute({ chosen, rejected, isPaired }) {
    if (!isPaired) return NaN;
    // How many more are right in each bin than its probabilities say.
    const excess = new Float64Array(bins);
    chosen.rewards.forEach((reward, pair) => {
      const margin = reward - rejected.rewards[pair];
      const probability = 1 / (1 + Math.exp(-Math.abs(margin)));
      const bin = Math.min(bins - 1, Math.floor((probability - 0.5) * 2 * bins));
      excess[bin] += (margin > 0 ? 1 : 0) - probability;
    });
    return excess.reduce((sum, each) => sum + Math.abs(each), 0) / chosen.rewards.length;
  },
});
