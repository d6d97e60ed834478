/**
 * Whether cosines order pairs of texts as their scores do.
 *
 * @module
 */
import type { SimilarityPredictions } from "../nn/embedding_predictions.ts";
import { correlation } from "../core/correlation.ts";
import { type Metric, metric } from "./metric.ts";
import { ranksOf } from "./ranks.ts";

/**
 * Spearman's correlation in [−1, 1] of the cosines of pairs with their scores, ties sharing their mean
 * rank; NaN where all scores or all cosines are equal. Equals `spearman_cosine` of
 * sentence-transformers' `EmbeddingSimilarityEvaluator`.
 *
 * @example
 * ```ts
 * import { cosineSpearman, similarityPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = similarityPredictions({
 *   first: [[1, 0], [1, 0]],
 *   second: [[1, 1], [0, 1]],
 *   scores: [0, 5],
 * });
 * assert.equal(cosineSpearman.compute(predictions), -1);
 * ```
 */
export const cosineSpearman: Metric<number, SimilarityPredictions> = metric({
  name: "cosineSpearman",
  kinds: ["similarity"],
  better: "higher",
  range: [-1, 1],
  compute: ({ cosines, truth }) => correlation(ranksOf(cosines), ranksOf(truth)),
});
