/**
 * Whether cosines of pairs of texts grow as their scores do.
 *
 * @module
 */
import type { SimilarityPredictions } from "../nn/embedding_predictions.ts";
import { correlation } from "../core/correlation.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The linear correlation in [−1, 1] of the cosines of pairs with their scores; NaN where all scores or
 * all cosines are equal. Equals `pearson_cosine` of sentence-transformers'
 * `EmbeddingSimilarityEvaluator`.
 *
 * @example
 * ```ts
 * import { cosinePearson, similarityPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = similarityPredictions({
 *   first: [[1, 0], [1, 0]],
 *   second: [[1, 1], [0, 1]],
 *   scores: [5, 0],
 * });
 * assert.equal(cosinePearson.compute(predictions), 1);
 * ```
 */
export const cosinePearson: Metric<number, SimilarityPredictions> = metric({
  name: "cosinePearson",
  kinds: ["similarity"],
  better: "higher",
  range: [-1, 1],
  compute: ({ cosines, truth }) => correlation(cosines, truth),
});
