/**
 * How long answers to held-out prompts are.
 *
 * @module
 */
import type { RolloutPredictions } from "../nn/rollout_predictions.ts";
import { answerMean } from "./answer_mean.ts";
import type { Metric } from "./metric.ts";

/**
 * The mean number of tokens of the answers that the model samples to held-out prompts, those that end them
 * included.
 *
 * @example
 * ```ts
 * import { answerLength, rolloutPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answer = { completion: "", finished: true, reward: 0, rewards: {}, divergence: 0 };
 * const predictions = rolloutPredictions({
 *   inputs: ["How was it?"],
 *   answers: [[{ ...answer, tokens: 4 }, { ...answer, tokens: 7 }]],
 * });
 * assert.equal(answerLength.compute(predictions), 5.5);
 * ```
 */
export const answerLength: Metric<number, RolloutPredictions> = answerMean({
  name: "answerLength",
  title: "tokens of an answer",
  better: "lower",
  valueOf: ({ tokens }) => tokens,
});
