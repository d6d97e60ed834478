/**
 * How well each class is told from the others at every threshold: the points and areas of ROC and
 * precision-recall curves.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { classScores } from "../core/log_odds.ts";

/** Predictions as `predictionsOf` makes them and as a run's result has them. */
export interface PredictedRows {
  readonly kind: "single" | "multi" | "regression" | "language";
  readonly labels: readonly string[];
  readonly rows: number;
  /** [rows · labels] */
  readonly logits: Float32Array;
  /** [rows · labels] */
  readonly probabilities: Float32Array;
  /** Class ids, or [rows · labels] of 0 and 1. */
  readonly truth: ArrayLike<number>;
  readonly predicted: ArrayLike<number>;
}

/** A class with its curve. */
export interface ClassCurve {
  readonly label: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
  /** The area under the curve; NaN where a class has no rows or all. */
  readonly area: number;
}

/** The classes that a chart shows: of two, the second one; its curve says everything. */
export function shownClasses({ kind, labels }: PredictedRows, what: string): number[] {
  if (kind === "regression" || kind === "language") {
    throw new TunebookError("input", `${what} is drawn for classes; these predictions are numbers`);
  }
  return kind === "single" && labels.length === 2 ? [1] : labels.map((_, k) => k);
}

/** How many rows with and without the class lie at or above each threshold, the highest first. */
export function countsByThreshold(
  predictions: PredictedRows,
  k: number,
): { readonly hits: number[]; readonly misses: number[] } {
  const { kind, labels: { length: outputs }, rows, truth } = predictions;
  const scores = classScores(predictions, k);
  const order = Uint32Array.from(scores, (_, row) => row).sort((a, b) => scores[b] - scores[a]);
  const hits: number[] = [0];
  const misses: number[] = [0];
  let [hit, missed] = [0, 0];
  order.forEach((row, at) => {
    const has = kind === "multi" ? truth[row * outputs + k] === 1 : truth[row] === k;
    if (has) hit++;
    else missed++;
    // Rows with the same score are above or below a threshold together.
    if (at + 1 < rows && scores[order[at + 1]] === scores[row]) return;
    hits.push(hit);
    misses.push(missed);
  });
  return { hits, misses };
}

/**
 * False positive rate (x) and true positive rate (y). The area is by trapezoids, which equals the
 * metric `auc`.
 */
export function rocCurve(predictions: PredictedRows, k: number): ClassCurve {
  const { hits, misses } = countsByThreshold(predictions, k);
  const [positives, negatives] = [hits[hits.length - 1], misses[misses.length - 1]];
  let doubled = 0;
  for (let i = 1; i < hits.length; i++) {
    doubled += (misses[i] - misses[i - 1]) * (hits[i] + hits[i - 1]);
  }
  return {
    label: predictions.labels[k],
    points: hits.map((hit, i) => ({ x: misses[i] / negatives, y: hit / positives })),
    area: positives * negatives > 0 ? doubled / 2 / (positives * negatives) : NaN,
  };
}

/**
 * Recall (x) and precision (y). The area is the average precision, by steps, as scikit-learn's
 * `average_precision_score`: a straight line between two points would promise too much.
 */
export function precisionRecallCurve(predictions: PredictedRows, k: number): ClassCurve {
  const { hits, misses } = countsByThreshold(predictions, k);
  const positives = hits[hits.length - 1];
  const precision = hits.map((hit, i) => i === 0 ? 1 : hit / (hit + misses[i]));
  let area = 0;
  for (let i = 1; i < hits.length; i++) area += (hits[i] - hits[i - 1]) * precision[i];
  return {
    label: predictions.labels[k],
    points: hits.map((hit, i) => ({ x: hit / positives, y: precision[i] })),
    area: positives > 0 ? area / positives : NaN,
  };
}
