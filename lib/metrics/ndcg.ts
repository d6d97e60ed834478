/**
 * How high a search puts the right answers, those further down counting less.
 *
 * @module
 */
import type { RetrievalPredictions } from "../nn/embedding_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** Only so many answers of each query count. */
const cutoff = 10;

/** What a right answer at a rank from 1 on is worth. */
const gain = (rank: number) => 1 / Math.log2(rank + 1);

/**
 * The normalised discounted cumulative gain of the first 10 answers (Järvelin and Kekäläinen, 2002),
 * the mean over all queries: 1 where every right answer comes before all others. Equals `ndcg@10` of
 * sentence-transformers' `InformationRetrievalEvaluator` and of BEIR.
 *
 * @example
 * ```ts
 * import { ndcg, retrievalPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = retrievalPredictions({
 *   queries: [[1, 0]],
 *   corpus: [[1, 0.1], [1, 0.5], [0, 1]],
 *   relevant: [[1]],
 * });
 * assert.equal(ndcg.compute(predictions), 1 / Math.log2(3));
 * ```
 */
export const ndcg: Metric<number, RetrievalPredictions> = metric({
  name: "ndcg",
  title: `ndcg@${cutoff}`,
  kinds: ["retrieval"],
  better: "higher",
  range: [0, 1],
  compute({ ranks }) {
    const gains = (ranks: readonly number[]) =>
      ranks.reduce((sum, rank) => rank <= cutoff ? sum + gain(rank) : sum, 0);
    const scores = ranks.map((found) => gains(found) / gains(found.map((_, at) => at + 1)));
    return scores.reduce((sum, score) => sum + score, 0) / ranks.length;
  },
});
