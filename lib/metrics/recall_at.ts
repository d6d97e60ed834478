/**
 * How many of the right answers a search finds.
 *
 * @module
 */
import type { RetrievalPredictions } from "../nn/embedding_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** The recall of the first 10 answers, and of others. */
export interface RecallAt extends Metric<number, RetrievalPredictions> {
  /** The recall of the first answer alone. */
  readonly at1: Metric<number, RetrievalPredictions>;
  /** The recall of the first 5 answers. */
  readonly at5: Metric<number, RetrievalPredictions>;
  /** The recall of the first 10 answers, as `recallAt` itself. */
  readonly at10: Metric<number, RetrievalPredictions>;
}

/**
 * The share of each query's right answers that are among the first 10, the mean over all queries;
 * `recallAt.at1`, `recallAt.at5` and `recallAt.at10` look at so many. Equals `recall@k` of
 * sentence-transformers' `InformationRetrievalEvaluator`.
 *
 * @example
 * ```ts
 * import { recallAt, retrievalPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = retrievalPredictions({
 *   queries: [[1, 0]],
 *   corpus: [[1, 0.1], [1, 0.5], [0, 1]],
 *   relevant: [[1]],
 * });
 * assert.equal(recallAt.at1.compute(predictions), 0);
 * assert.equal(recallAt.at5.compute(predictions), 1);
 * ```
 */
export const recallAt: RecallAt = Object.freeze({
  ...recall("recallAt", 10),
  at1: recall("recallAt.at1", 1),
  at5: recall("recallAt.at5", 5),
  at10: recall("recallAt.at10", 10),
});

function recall(name: string, most: number): Metric<number, RetrievalPredictions> {
  return metric({
    name,
    title: `recall@${most}`,
    kinds: ["retrieval"],
    better: "higher",
    range: [0, 1],
    compute({ ranks }) {
      const shares = ranks.map((found) =>
        found.filter((rank) => rank <= most).length / found.length
      );
      return shares.reduce((sum, share) => sum + share, 0) / ranks.length;
    },
  });
}
