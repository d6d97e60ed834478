/**
 * What answers to held-out prompts are worth.
 *
 * @module
 */
import { meanOf } from "./mean_of.ts";
import { answerMean } from "./answer_mean.ts";
import { rewardValues, type RolloutPredictions } from "../nn/rollout_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** The mean reward, and that of each reward by itself. */
export interface MeanReward extends Metric<number, RolloutPredictions> {
  /** The mean of each reward before its weight, by name; NaN for one that applies to no answer. */
  readonly perReward: Metric<Readonly<Record<string, number>>, RolloutPredictions>;
}

const perReward: MeanReward["perReward"] = metric({
  name: "meanReward.perReward",
  title: "mean of each reward",
  kinds: ["rollout"],
  better: "higher",
  isTable: true,
  compute(predictions) {
    const names = Object.keys(predictions.answers[0]?.[0]?.rewards ?? {});
    return Object.fromEntries(names.map((name) => {
      const known = rewardValues(predictions, name).filter((value) => value !== null);
      return [name, meanOf(Float64Array.from(known))];
    }));
  },
});

/**
 * The mean reward of the answers that the model samples to held-out prompts, Σ weight · value over the
 * rewards that apply to each. `meanReward.perReward` has the mean of each.
 *
 * @example
 * ```ts
 * import { meanReward, rolloutPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answer = (short: number, polite: number | null) => ({
 *   ...{ completion: "", tokens: 1, finished: true, divergence: 0 },
 *   ...{ reward: short + (polite ?? 0), rewards: { short, polite } },
 * });
 * const predictions = rolloutPredictions({
 *   inputs: ["How was it?", "And the food?"],
 *   answers: [[answer(1, 1), answer(0, 1)], [answer(0, null), answer(1, null)]],
 * });
 * assert.equal(meanReward.compute(predictions), 1);
 * assert.deepEqual(meanReward.perReward.compute(predictions), { short: 0.5, polite: 1 });
 * ```
 */
export const meanReward: MeanReward = Object.freeze({
  ...answerMean({
    name: "meanReward",
    title: "mean reward",
    better: "higher",
    valueOf: ({ reward }) => reward,
  }),
  perReward,
});
