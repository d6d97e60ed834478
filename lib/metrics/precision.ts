/**
 * Precision: which share of the rows that were given a class have it.
 *
 * @module
 */
import { type ClassScore, classScore, ratio } from "./class_score.ts";

/**
 * The share of right ones among the predictions of a class, as a mean over classes (macro);
 * `precision.micro`, `precision.weighted` and `precision.perClass` are metrics too. Equals
 * scikit-learn's `precision_score` with `zero_division=0`.
 *
 * @example
 * ```ts
 * import { precision, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 1, 0, 1, 1, 0), // predicts good, good, bad
 *   truth: [1, 0, 0],
 * });
 * assert.deepEqual(precision.perClass.compute(predictions), { bad: 1, good: 0.5 });
 * ```
 */
export const precision: ClassScore = classScore(
  "precision",
  ({ truePositives, falsePositives }) => ratio(truePositives, truePositives + falsePositives),
);
