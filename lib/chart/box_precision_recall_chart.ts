/**
 * The precision-recall curves of a detector.
 *
 * @module
 */
import { curveChart } from "./curve_chart.ts";
import type { Drawing } from "./drawing.ts";
import type { ScoreCurve } from "./score_curve.ts";

/**
 * Draws precision against recall over all scores, a line a class, with its average precision.
 *
 * @example
 * ```ts
 * import { boxPrecisionRecallChart, boxPredictions, detectionCurves } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { perClass } = detectionCurves.compute(boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 9, 9], label: "cat" }, { box: [20, 20, 9, 9], label: "cat" }]],
 *   predicted: [[{ box: [0, 0, 9, 9], label: "cat", score: 0.9 }]],
 * }));
 * assert.match(String(boxPrecisionRecallChart(perClass)), /cat 0.50/);
 * ```
 */
export function boxPrecisionRecallChart(curves: readonly ScoreCurve[]): Drawing {
  return curveChart(
    curves.map(({ label, points, averagePrecision }) => ({
      label,
      points: [
        { x: 0, y: 1 },
        ...points.map(({ recall, precision }) => ({ x: recall, y: precision })),
      ],
      area: averagePrecision,
    })),
    {
      title: "Precision and recall of boxes",
      x: "recall",
      y: "precision",
      area: "average precision",
      hasSteps: true,
    },
  );
}
