/**
 * F1: the harmonic mean of precision and recall.
 *
 * @module
 */
import { type ClassScore, classScore, ratio } from "./class_score.ts";

/**
 * The harmonic mean of precision and recall, as a mean over classes (macro); `f1.micro`,
 * `f1.weighted` and `f1.perClass` are metrics too. Equals scikit-learn's `f1_score` with
 * `zero_division=0`; note that its default for two classes is the second class alone, which is
 * in `f1.perClass`.
 *
 * @example
 * ```ts
 * import { f1, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 1, 0, 1, 1, 0), // predicts good, good, bad
 *   truth: [1, 0, 0],
 * });
 * assert.equal(f1.compute(predictions), 2 / 3);
 * ```
 */
export const f1: ClassScore = classScore(
  "f1",
  ({ truePositives, falsePositives, falseNegatives }) =>
    ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives),
);
