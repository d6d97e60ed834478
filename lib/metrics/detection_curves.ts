/**
 * How precision and recall of boxes follow from the threshold of the score.
 *
 * @module
 */
import { boxPrecisionRecallChart } from "../chart/box_precision_recall_chart.ts";
import type { ScoreCurve } from "../chart/score_curve.ts";
import { scoreThresholdChart } from "../chart/score_threshold_chart.ts";
import { bundleOf, type MimeBundle, withDisplay } from "../core/display.ts";
import { htmlFrame, htmlTable, svgImage } from "../core/html.ts";
import { textTable } from "../core/text_table.ts";
import type { BoxPredictions } from "../nn/box_predictions.ts";
import { bestPoint } from "./boxes/best_point.ts";
import { classBoxes } from "./boxes/class_curves.ts";
import { joinedCurve, scoreCurve } from "./boxes/score_curves.ts";
import { type Metric, metric } from "./metric.ts";

/** The curves of a detector. */
export interface DetectionCurves {
  /** The curve of all classes with one threshold. */
  readonly all: ScoreCurve;
  /** The curve of each class that has objects. */
  readonly perClass: readonly ScoreCurve[];
}

/** The number of 0.5 among the overlaps. */
const half = 0;

/**
 * Precision, recall and F1 at every score, of boxes that count as right from an overlap of 0.5 on, as
 * `meanAveragePrecision.at50` counts them. Shows itself as charts, with the best threshold of each class.
 *
 * @example
 * ```ts
 * import { boxPredictions, detectionCurves } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { all } = detectionCurves.compute(boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 9, 9], label: "cat" }]],
 *   predicted: [[
 *     { box: [0, 0, 9, 9], label: "cat", score: 0.9 },
 *     { box: [40, 40, 9, 9], label: "cat", score: 0.2 },
 *   ]],
 * }));
 * assert.deepEqual(all.points.map(({ threshold, precision }) => [threshold, precision]), [
 *   [0.55, 1],
 *   [0.1, 0.5],
 * ]);
 * ```
 */
export const detectionCurves: Metric<DetectionCurves, BoxPredictions> = metric({
  name: "detectionCurves",
  kinds: ["boxes"],
  better: "higher",
  isTable: true,
  compute(predictions: BoxPredictions) {
    const classes = classBoxes(predictions);
    return withDisplay<DetectionCurves>({
      all: joinedCurve("all classes", classes, half),
      perClass: classes.map((boxes) => scoreCurve(predictions.labels[boxes.label], boxes, half)),
    }, curvesDisplay);
  },
});

async function curvesDisplay({ all, perClass }: DetectionCurves): Promise<MimeBundle> {
  const best = bestPoint(all);
  const charts = [
    boxPrecisionRecallChart(perClass),
    scoreThresholdChart(all, best ? { threshold: best.threshold } : {}),
  ];
  const head = [
    "class",
    "objects",
    "average precision",
    "best F1",
    "from score",
    "precision",
    "recall",
  ];
  const digits = 3;
  const rows = [all, ...perClass].map((curve) => {
    const { f1, threshold, precision, recall } = bestPoint(curve) ?? {};
    const shown = (value: number | undefined) => value?.toFixed(digits) ?? "–";
    return [
      curve.label,
      curve.objects.toLocaleString("en"),
      shown(curve.averagePrecision),
      ...[f1, threshold, precision, recall].map(shown),
    ];
  });
  const align = head.map((_, at) => at === 0 ? "left" as const : "right" as const);
  const images = await Promise.all(
    charts.map(async (chart) => svgImage(await chart.svg(), chart.description)),
  );
  return bundleOf(
    textTable(head, rows, align),
    htmlFrame(
      images,
      htmlTable({
        caption: "The threshold of each class that has the best F1",
        columns: head.map((title, at) => ({ title, align: align[at] })),
        rows,
      }),
    ),
  );
}
