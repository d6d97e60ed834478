/**
 * How well one threshold of the cosine tells pairs that are alike from others.
 *
 * @module
 */
import type { PairPredictions } from "../nn/embedding_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/** The accuracy, and the threshold that it is reached with. */
export interface PairAccuracy extends Metric<number, PairPredictions> {
  /** Pairs with this cosine or more are taken for alike. */
  readonly threshold: Metric<number, PairPredictions>;
}

/**
 * The share of pairs that are told right with the best threshold for these very pairs: an upper bound,
 * which needs no threshold chosen before. `pairAccuracy.threshold` is that threshold. They equal
 * `cosine_accuracy` and `cosine_accuracy_threshold` of sentence-transformers'
 * `BinaryClassificationEvaluator`.
 *
 * @example
 * ```ts
 * import { pairAccuracy, pairPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = pairPredictions({
 *   first: [[1, 0], [1, 0]],
 *   second: [[1, 0], [0, 1]],
 *   labels: [1, 0],
 * });
 * assert.equal(pairAccuracy.compute(predictions), 1);
 * assert.equal(pairAccuracy.threshold.compute(predictions), 0.5);
 * ```
 */
export const pairAccuracy: PairAccuracy = Object.freeze({
  ...metric<number, PairPredictions>({
    name: "pairAccuracy",
    kinds: ["pairs"],
    better: "higher",
    range: [0, 1],
    compute: (predictions) => bestThreshold(predictions).accuracy,
  }),
  threshold: metric<number, PairPredictions>({
    name: "pairAccuracy.threshold",
    kinds: ["pairs"],
    better: "higher",
    compute: (predictions) => bestThreshold(predictions).threshold,
  }),
});

/** The threshold with the most right pairs, the highest of equally good ones. */
function bestThreshold(
  { cosines, truth }: PairPredictions,
): { readonly accuracy: number; readonly threshold: number } {
  const order = Array.from(cosines, (_, at) => at).sort((a, b) => cosines[b] - cosines[a]);
  let right = truth.reduce((count, label) => count + (label === 0 ? 1 : 0), 0);
  let best = { right, threshold: nextAbove(cosines[order[0]]) }; // nothing is alike
  order.forEach((at, place) => {
    right += truth[at] === 1 ? 1 : -1;
    const [cosine, next] = [cosines[at], cosines[order[place + 1]]];
    if (cosine === next || right <= best.right) return;
    const between = next === undefined ? cosine : (cosine + next) / 2;
    best = { right, threshold: between === next ? cosine : between };
  });
  return { accuracy: best.right / truth.length, threshold: best.threshold };
}

/** The next larger number of 64 bits. */
function nextAbove(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}
