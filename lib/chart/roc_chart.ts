/**
 * The ROC curve of each class.
 *
 * @module
 */
import { curveChart } from "./curve_chart.ts";
import { type PredictedRows, rocCurve, shownClasses } from "./curves_by_class.ts";
import type { Drawing } from "./drawing.ts";

/**
 * Draws true against false positive rates over all thresholds, a line a class (of two classes, the
 * second one). The areas are those of the metric `auc.perClass`.
 *
 * @example
 * ```ts
 * import { predictionsOf, rocChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = predictionsOf({
 *   kind: "single",
 *   labels: ["bad", "good"],
 *   logits: Float32Array.of(0, 2, 0, 3, 0, 1),
 *   truth: [1, 0, 0],
 * });
 * assert.match(String(rocChart(predictions)), /good 0.5/);
 * ```
 */
export function rocChart(predictions: PredictedRows): Drawing {
  const classes = shownClasses(predictions, "a ROC curve");
  return curveChart(classes.map((k) => rocCurve(predictions, k)), {
    title: "ROC",
    x: "false positive rate",
    y: "true positive rate",
    area: "area",
    chance: [{ x: 0, y: 0 }, { x: 1, y: 1 }],
  });
}
