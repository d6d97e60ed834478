/**
 * How often a text is nearer to the one that belongs to it than to the one that does not.
 *
 * @module
 */
import type { TripletPredictions } from "../nn/embedding_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The share of triplets whose anchor has a higher cosine with the positive than with the negative.
 * Equals `cosine_accuracy` of sentence-transformers' `TripletEvaluator`.
 *
 * @example
 * ```ts
 * import { tripletAccuracy, tripletPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = tripletPredictions({
 *   anchors: [[1, 0]],
 *   positives: [[1, 1]],
 *   negatives: [[0, 1]],
 * });
 * assert.equal(tripletAccuracy.compute(predictions), 1);
 * ```
 */
export const tripletAccuracy: Metric<number, TripletPredictions> = metric({
  name: "tripletAccuracy",
  kinds: ["triplets"],
  better: "higher",
  range: [0, 1],
  compute: ({ positive, negative }) =>
    positive.filter((cosine, at) => cosine > negative[at]).length / positive.length,
});
