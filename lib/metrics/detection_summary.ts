/**
 * The numbers by which detectors are compared, in one table.
 *
 * @module
 */
import { bundleOf, type MimeBundle, withDisplay } from "../core/display.ts";
import { htmlFrame, htmlTable } from "../core/html.ts";
import { textTable } from "../core/text_table.ts";
import type { BoxPredictions } from "../nn/box_predictions.ts";
import { averageRecall } from "./average_recall.ts";
import { meanAveragePrecision } from "./mean_average_precision.ts";
import { type Metric, metric } from "./metric.ts";

/** COCO's twelve numbers; NaN (null in JSON) where there are no such objects. */
export interface DetectionSummary {
  /** Mean average precision 50–95, at 50 and at 75, and by size of the objects. */
  readonly precision: Readonly<
    Record<"all" | "at50" | "at75" | "small" | "medium" | "large", number>
  >;
  /** Average recall with 1, 10 and 100 boxes, and by size of the objects. */
  readonly recall: Readonly<
    Record<"at1" | "at10" | "at100" | "small" | "medium" | "large", number>
  >;
}

/**
 * The twelve numbers that COCO's evaluation prints: `meanAveragePrecision` and `averageRecall` with their
 * variants. Equals `COCOeval.stats` of pycocotools.
 *
 * @example
 * ```ts
 * import { boxPredictions, detectionSummary } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { precision, recall } = detectionSummary.compute(boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 50, 50], label: "cat" }]],
 *   predicted: [[{ box: [0, 0, 50, 50], label: "cat", score: 0.9 }]],
 * }));
 * assert.equal(precision.all, 1);
 * assert.equal(recall.medium, 1); // 2,500 pixels
 * assert.ok(Number.isNaN(precision.large));
 * ```
 */
export const detectionSummary: Metric<DetectionSummary, BoxPredictions> = metric({
  name: "detectionSummary",
  kinds: ["boxes"],
  better: "higher",
  isTable: true,
  compute(predictions: BoxPredictions) {
    const sizes = (score: typeof meanAveragePrecision | typeof averageRecall) => ({
      small: score.small.compute(predictions),
      medium: score.medium.compute(predictions),
      large: score.large.compute(predictions),
    });
    return withDisplay<DetectionSummary>({
      precision: {
        all: meanAveragePrecision.compute(predictions),
        at50: meanAveragePrecision.at50.compute(predictions),
        at75: meanAveragePrecision.at75.compute(predictions),
        ...sizes(meanAveragePrecision),
      },
      recall: {
        at1: averageRecall.at1.compute(predictions),
        at10: averageRecall.at10.compute(predictions),
        at100: averageRecall.at100.compute(predictions),
        ...sizes(averageRecall),
      },
    }, summaryDisplay);
  },
});

function summaryDisplay({ precision, recall }: DetectionSummary): MimeBundle {
  const digits = 3;
  const of = (words: string, value: number) => [
    words,
    Number.isNaN(value) ? "–" : value.toFixed(digits),
  ];
  const rows = [
    of("mean average precision, overlap 0.50 to 0.95", precision.all),
    of("  overlap 0.50", precision.at50),
    of("  overlap 0.75", precision.at75),
    of("  small objects", precision.small),
    of("  medium objects", precision.medium),
    of("  large objects", precision.large),
    of("average recall with 100 boxes", recall.at100),
    of("  with 10 boxes", recall.at10),
    of("  with 1 box", recall.at1),
    of("  small objects", recall.small),
    of("  medium objects", recall.medium),
    of("  large objects", recall.large),
  ];
  const head = ["score", "value"];
  const align = ["left", "right"] as const;
  return bundleOf(
    textTable(head, rows, align),
    htmlFrame(htmlTable({
      caption: "Scores of boxes",
      columns: head.map((title, at) => ({ title, align: align[at] })),
      rows,
    })),
  );
}
