/**
 * How many answers to held-out prompts come to their end.
 *
 * @module
 */
import type { RolloutPredictions } from "../nn/rollout_predictions.ts";
import { answerMean } from "./answer_mean.ts";
import type { Metric } from "./metric.ts";

/**
 * The share of the answers to held-out prompts that the model ends itself; the others are cut at
 * `maxNewTokens`.
 *
 * @example
 * ```ts
 * import { finishedShare, rolloutPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answer = { completion: "", tokens: 3, reward: 0, rewards: {}, divergence: 0 };
 * const predictions = rolloutPredictions({
 *   inputs: ["How was it?"],
 *   answers: [[{ ...answer, finished: true }, { ...answer, finished: false }]],
 * });
 * assert.equal(finishedShare.compute(predictions), 0.5);
 * ```
 */
export const finishedShare: Metric<number, RolloutPredictions> = answerMean({
  name: "finishedShare",
  title: "answers that end",
  better: "higher",
  range: [0, 1],
  valueOf: ({ finished }) => finished ? 1 : 0,
});
