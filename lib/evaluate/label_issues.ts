/**
 * Rows that are likely labelled wrongly, by confident learning (Northcutt et al. 2021, arXiv 1911.00068).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Predictions } from "../nn/predictions.ts";

/** A row that is likely labelled wrongly. */
export interface LabelIssue {
  /** The row of the predictions, from 0. */
  readonly row: number;
  /** The label that it has. */
  readonly label: string;
  /** The label that it likely should have. */
  readonly suggested: string;
  /** The probability of the label that it has; the smaller, the likelier the label is wrong. */
  readonly selfConfidence: number;
}

/** What cleanlab allows for rounding, and the least threshold that it takes. */
const slack = 1e-6;

/**
 * The rows off the diagonal of the confident joint: a row counts for a class whose probability reaches the mean
 * probability of that class among the rows labelled so, and that is not its label. As in cleanlab, whose
 * `find_label_issues(filter_by="confident_learning")` gives the same rows, the likeliest class decides
 * where several are reached, and rows whose label is the likeliest are left out. The probabilities must
 * be of rows that the model was not trained on.
 *
 * @returns the least self-confident rows first
 *
 * Throws an error of kind "data" for predictions of another kind than one label a row.
 *
 * @example
 * ```ts
 * import { labelIssues, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["cat", "dog"],
 *   logits: Float32Array.of(3, 0, 2, 0, 0, 3, 0, 3, 0, 4), // the last one is surely a dog
 *   truth: [0, 0, 1, 1, 0],
 * });
 * const [{ row, label, suggested }] = labelIssues(predictions);
 * assert.deepEqual([row, label, suggested], [4, "cat", "dog"]);
 * ```
 */
export function labelIssues(predictions: Predictions<"single">): LabelIssue[] {
  if (predictions.kind !== "single") {
    throw new TunebookError(
      "data",
      `labelIssues takes predictions of one label a row, but these are of the kind "${predictions.kind}"`,
    );
  }
  const { rows, labels, truth, predicted, probabilities } = predictions;
  const thresholds = selfConfidences(predictions);
  const outputs = labels.length;
  const issues: LabelIssue[] = [];
  for (let row = 0; row < rows; row++) {
    const own = probabilities.subarray(row * outputs, (row + 1) * outputs);
    const reached = labels.map((_, k) => k).filter((k) => own[k] >= thresholds[k] - slack);
    if (reached.length === 0) continue;
    const likely = reached.length === 1 ? reached[0] : predicted[row];
    if (likely === truth[row] || predicted[row] === truth[row]) continue;
    issues.push({
      row,
      label: labels[truth[row]],
      suggested: labels[likely],
      selfConfidence: own[truth[row]],
    });
  }
  return issues.sort((a, b) => a.selfConfidence - b.selfConfidence || a.row - b.row);
}

/** For each class the mean of its probability among the rows that have it; out of reach where none has. */
function selfConfidences(
  { rows, labels, truth, probabilities }: Predictions<"single">,
): Float64Array {
  const sums = new Float64Array(labels.length);
  const counts = new Float64Array(labels.length);
  for (let row = 0; row < rows; row++) {
    sums[truth[row]] += probabilities[row * labels.length + truth[row]];
    counts[truth[row]]++;
  }
  return sums.map((sum, k) => counts[k] === 0 ? Infinity : Math.max(sum / counts[k], slack));
}
