/**
 * Recall: which share of the rows that have a class were given it.
 *
 * @module
 */
import { type ClassScore, classScore, ratio } from "./class_score.ts";

/**
 * The share of a class's rows that were found, as a mean over classes (macro); `recall.micro`,
 * `recall.weighted` and `recall.perClass` are metrics too. Equals scikit-learn's `recall_score`
 * with `zero_division=0`.
 *
 * @example
 * ```ts
 * import { predictionsOf, recall } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 1, 0, 1, 1, 0), // predicts good, good, bad
 *   truth: [1, 0, 0],
 * });
 * assert.deepEqual(recall.perClass.compute(predictions), { bad: 0.5, good: 1 });
 * ```
 */
export const recall: ClassScore = classScore(
  "recall",
  ({ truePositives, falseNegatives }) => ratio(truePositives, truePositives + falseNegatives),
);
