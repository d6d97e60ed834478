/**
 * The precision-recall curve of each class.
 *
 * @module
 */
import { curveChart } from "./curve_chart.ts";
import { precisionRecallCurve, type PredictedRows, shownClasses } from "./curves_by_class.ts";
import type { Drawing } from "./drawing.ts";

/**
 * Draws precision against recall over all thresholds, a line a class (of two classes, the second
 * one), with its average precision. Says more than ROC where a class is rare.
 *
 * @example
 * ```ts
 * import { precisionRecallChart, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 2, 0, 3, 0, 1),
 *   truth: [1, 0, 0],
 * });
 * assert.match(String(precisionRecallChart(predictions)), /good 0.5/);
 * ```
 */
export function precisionRecallChart(predictions: PredictedRows): Drawing {
  const classes = shownClasses(predictions, "a precision-recall curve");
  return curveChart(classes.map((k) => precisionRecallCurve(predictions, k)), {
    title: "Precision and recall",
    x: "recall",
    y: "precision",
    area: "average precision",
    hasSteps: true,
  });
}
