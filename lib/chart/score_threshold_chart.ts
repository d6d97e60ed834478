/**
 * What a threshold of the score does to precision and recall.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { ink } from "../core/html.ts";
import { finiteNumber, type Rules } from "../core/option_rules.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";
import { short } from "./rows.ts";
import type { ScoreCurve } from "./score_curve.ts";
import { simplifiedLine } from "./simplify_line.ts";

/** How to draw it. */
export interface ScoreThresholdChartOptions {
  /** A threshold that is marked, such as one of `chooseScoreThreshold`. */
  readonly threshold?: number;
}

const rules: Rules<ScoreThresholdChartOptions> = { threshold: finiteNumber };

const [width, height] = [380, 240];
/** A quarter of a pixel cannot be seen. */
const tolerance = 1 / (4 * width);
const mostPoints = 400;

/** What is drawn of each point, with its name in the legend. */
const lines = { precision: "precision", recall: "recall", f1: "F1" } as const;

/**
 * Draws precision, recall and F1 of the boxes whose score is at or above each threshold.
 *
 * @example
 * ```ts
 * import { boxPredictions, detectionCurves, scoreThresholdChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { all } = detectionCurves.compute(boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 9, 9], label: "cat" }]],
 *   predicted: [[{ box: [0, 0, 9, 9], label: "cat", score: 0.9 }]],
 * }));
 * assert.match(String(scoreThresholdChart(all, { threshold: 0.45 })), /threshold 0.45/);
 * ```
 */
export function scoreThresholdChart(
  { label, points }: ScoreCurve,
  options: ScoreThresholdChartOptions = {},
): Drawing {
  checkOptions("scoreThresholdChart", options, rules);
  const { threshold } = options;
  const scores = points.map(({ score }) => score);
  const [low, high] = [Math.min(0, ...scores.slice(-1)), Math.max(1, ...scores.slice(0, 1))];
  const names = Object.values(lines);
  const values = Object.entries(lines).flatMap(([field, name]) => {
    const line = points.map((point) => ({
      x: (point.score - low) / (high - low),
      y: point[field as keyof typeof lines],
    }));
    return simplifiedLine(line, { tolerance, most: mostPoints })
      .map(({ x, y }) => ({ name, threshold: low + x * (high - low), share: y }));
  });
  const best = points.reduce((a, b) => b.f1 > (a?.f1 ?? -1) ? b : a, points.at(0));
  const words = [
    `Precision, recall and F1 of ${label} by threshold`,
    ...(best ? [`best F1 ${short(best.f1)} from a score of ${short(best.score)}`] : []),
    ...(threshold === undefined ? [] : [`threshold ${short(threshold)}`]),
  ];
  return drawing(
    {
      width,
      height,
      title: `Threshold of the score: ${label}`,
      layer: [
        {
          data: { values },
          mark: { type: "line", strokeWidth: 2 },
          encoding: {
            x: {
              field: "threshold",
              type: "quantitative",
              title: "threshold of the score",
              scale: { domain: [low, high], nice: false },
            },
            y: {
              field: "share",
              type: "quantitative",
              title: null,
              scale: { domain: [0, 1] },
            },
            color: {
              field: "name",
              type: "nominal",
              title: null,
              scale: { domain: names, range: palette.slice(0, names.length) },
            },
          },
        },
        ...(threshold === undefined ? [] : [{
          data: { values: [{ threshold }] },
          mark: { type: "rule", strokeDash: [4, 4], color: ink },
          encoding: { x: { field: "threshold", type: "quantitative" } },
        }]),
      ],
    } as never,
    words.join("; "),
  );
}
