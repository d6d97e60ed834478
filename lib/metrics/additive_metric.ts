/**
 * Metrics that are made of numbers of each row which add up, such as counts of matches.
 *
 * @module
 */
import type { AnyPredictions } from "../nn/predictions.ts";
import { type AdditiveScore, type Metric, metric, type RowStatistics } from "./metric.ts";

/** What an additive metric is made of: the score is computed from the sums. */
export type AdditiveMetricOptions<Predicted extends AnyPredictions> =
  & Omit<Metric<number, Predicted>, "compute" | "additive">
  & { readonly additive: AdditiveScore<Predicted> };

/**
 * Makes a metric of numbers of each row that add up: intervals and paired tests then add up the numbers
 * of drawn rows, thousands of times a second. The numbers of one set of predictions are computed once.
 *
 * @example
 * ```ts
 * import { additiveMetric, type TextPredictions, textPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // Characters of an answer, on average.
 * const meanLength = additiveMetric({
 *   name: "meanLength",
 *   kinds: ["text"],
 *   better: "lower",
 *   additive: {
 *     statistics: ({ predicted }: TextPredictions) => ({
 *       size: 2,
 *       values: Float64Array.from(predicted.flatMap((text) => [text.length, 1])),
 *     }),
 *     scoreOf: ([characters, rows]) => characters / rows,
 *   },
 * });
 * assert.equal(meanLength.compute(textPredictions({ predicted: ["a", "abc"] })), 2);
 * ```
 */
export function additiveMetric<Predicted extends AnyPredictions>(
  { additive, ...definition }: AdditiveMetricOptions<Predicted>,
): Metric<number, Predicted> {
  const known = new WeakMap<Predicted, RowStatistics>();
  const statistics = (predictions: Predicted): RowStatistics => {
    const found = known.get(predictions) ?? additive.statistics(predictions);
    known.set(predictions, found);
    return found;
  };
  return metric<number, Predicted>({
    ...definition,
    additive: { ...additive, statistics },
    compute: (predictions) => additive.scoreOf(sumOfRows(statistics(predictions))),
  });
}

/** The sum of each number over all rows, or over some that may come more than once, [size]. */
export function sumOfRows({ size, values }: RowStatistics, rows?: Int32Array): Float64Array {
  const sums = new Float64Array(size);
  if (!rows) {
    for (let i = 0; i < values.length; i++) sums[i % size] += values[i];
    return sums;
  }
  for (const row of rows) {
    for (let k = 0; k < size; k++) sums[k] += values[row * size + k];
  }
  return sums;
}
