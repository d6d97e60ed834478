/**
 * How far a model has moved from what it was before its training, on answers of its own.
 *
 * @module
 */
import type { RolloutPredictions } from "../nn/rollout_predictions.ts";
import { answerMean } from "./answer_mean.ts";
import type { Metric } from "./metric.ts";

/**
 * The KL divergence of the trained model from the model before the training, in nats for each answer that the
 * trained one samples to held-out prompts: the mean of Σ exp(d) − 1 − d over the answer's tokens, where d is
 * log p before the training less log p now (Schulman, "Approximating KL divergence", 2020). `referenceKl` is
 * by token, on answers of the data.
 *
 * @example
 * ```ts
 * import { answerKl, rolloutPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const answer = { completion: "", tokens: 3, finished: true, reward: 0, rewards: {} };
 * const predictions = rolloutPredictions({
 *   inputs: ["How was it?", "And the food?"],
 *   answers: [[{ ...answer, divergence: 0.5 }], [{ ...answer, divergence: 1.5 }]],
 * });
 * assert.equal(answerKl.compute(predictions), 1);
 * ```
 */
export const answerKl: Metric<number, RolloutPredictions> = answerMean({
  name: "answerKl",
  title: "KL by answer",
  better: "lower",
  valueOf: ({ divergence }) => divergence,
});
