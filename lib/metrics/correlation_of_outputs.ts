/**
 * What Pearson's and Spearman's metrics share.
 *
 * @module
 */
import { correlation } from "../core/correlation.ts";
import type { Predictions } from "../nn/predictions.ts";

/** The mean over outputs of the correlation of true and predicted values, each prepared first. */
export function correlationOfOutputs(
  { labels, truth, predicted }: Predictions<"regression">,
  prepare: (values: Float64Array) => Float64Array,
): number {
  const outputs = labels.length;
  const column = (values: ArrayLike<number>, k: number) =>
    Float64Array.from({ length: values.length / outputs }, (_, row) => values[row * outputs + k]);
  const each = labels.map((_, k) =>
    correlation(prepare(column(truth, k)), prepare(column(predicted, k)))
  );
  return each.reduce((a, b) => a + b) / outputs;
}
