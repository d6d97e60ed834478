/**
 * How far down a search's first right answer is.
 *
 * @module
 */
import type { RetrievalPredictions } from "../nn/embedding_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** A first right answer further down counts as none. */
const cutoff = 10;

/**
 * The mean over all queries of 1 / rank of the first right answer, 0 where none is among the first 10.
 * Equals `mrr@10` of sentence-transformers' `InformationRetrievalEvaluator`.
 *
 * @example
 * ```ts
 * import { mrr, retrievalPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = retrievalPredictions({
 *   queries: [[1, 0]],
 *   corpus: [[1, 0.1], [1, 0.5], [0, 1]],
 *   relevant: [[1]],
 * });
 * assert.equal(mrr.compute(predictions), 0.5);
 * ```
 */
export const mrr: Metric<number, RetrievalPredictions> = metric({
  name: "mrr",
  title: `mrr@${cutoff}`,
  kinds: ["retrieval"],
  better: "higher",
  range: [0, 1],
  compute({ ranks }) {
    const firsts = ranks.map((found) => found.reduce((a, b) => Math.min(a, b)));
    return firsts.reduce((sum, rank) => rank <= cutoff ? sum + 1 / rank : sum, 0) / ranks.length;
  },
});
