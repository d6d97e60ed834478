/**
 * How well the cosine ranks pairs that are alike above others.
 *
 * @module
 */
import type { PairPredictions } from "../nn/embedding_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The sum of the precisions at each threshold of the cosine, weighted by what recall grows there; NaN
 * where no pair is alike. Equals scikit-learn's `average_precision_score` and `cosine_ap` of
 * sentence-transformers' `BinaryClassificationEvaluator`.
 *
 * @example
 * ```ts
 * import { averagePrecision, pairPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = pairPredictions({
 *   first: [[1, 0], [1, 0]],
 *   second: [[1, 0], [0, 1]],
 *   labels: [0, 1], // the pair that is alike comes last
 * });
 * assert.equal(averagePrecision.compute(predictions), 0.5);
 * ```
 */
export const averagePrecision: Metric<number, PairPredictions> = metric({
  name: "averagePrecision",
  kinds: ["pairs"],
  better: "higher",
  range: [0, 1],
  compute({ cosines, truth }) {
    const order = Array.from(cosines, (_, at) => at).sort((a, b) => cosines[b] - cosines[a]);
    let [alike, before, sum] = [0, 0, 0];
    order.forEach((at, place) => {
      alike += truth[at];
      if (cosines[at] === cosines[order[place + 1]]) return; // pairs that tie are told together
      sum += (alike - before) * alike / (place + 1);
      before = alike;
    });
    return sum / alike;
  },
});
