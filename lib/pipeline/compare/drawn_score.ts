/**
 * The score of drawn rows, for intervals and paired tests.
 *
 * @module
 */
import { sumOfRows } from "../../metrics/additive_metric.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";

/** The score of some rows, which may come more than once. */
export type DrawnScore = (rows: Int32Array) => number;

/**
 * How rows of these predictions are scored by themselves: by adding up their numbers where the metric is
 * made of some, else by choosing them. Absent where a score needs all rows, or where a row that comes
 * twice would change what is scored.
 */
export function drawnScore<Predicted extends AnyPredictions>(
  { additive, leaveOneOut, compute }: Metric<number, Predicted>,
  predictions: Predicted,
): DrawnScore | undefined {
  if (additive) {
    const statistics = additive.statistics(predictions);
    return (rows) => additive.scoreOf(sumOfRows(statistics, rows));
  }
  const select = leaveOneOut ? undefined : selectorOf(predictions);
  return select && ((rows) => compute(select(rows) as Predicted));
}

/** What gives the predictions of drawn rows: the predictions' own way, or that of numbers by row. */
function selectorOf(predictions: AnyPredictions) {
  if (predictions.select) return (rows: Int32Array) => predictions.select!(rows);
  if (!("logits" in predictions)) return undefined;
  return (rows: Int32Array) => chosen(predictions as Predictions, rows);
}

/** The predictions of some rows, which may come more than once. */
function chosen(predictions: Predictions, rows: Int32Array): Predictions {
  const pick = <List extends Float32Array | Int32Array>(list: List): List => {
    const perRow = list.length / predictions.rows;
    const picked = list.slice();
    rows.forEach((row, i) => {
      picked.set(list.subarray(row * perRow, (row + 1) * perRow), i * perRow);
    });
    return picked as List;
  };
  const { logits, probabilities, truth, predicted } = predictions;
  return {
    ...predictions,
    logits: pick(logits),
    probabilities: pick(probabilities),
    truth: pick(truth),
    predicted: pick(predicted),
  };
}
