/**
 * Mean average precision: how well the boxes that a model finds are ranked and placed.
 *
 * @module
 */
import type { BoxPredictions } from "../nn/box_predictions.ts";
import { averagePrecisions } from "./boxes/class_curves.ts";
import { classMean, classTable } from "./boxes/class_mean.ts";
import type { ObjectSize } from "./boxes/coco_settings.ts";
import type { Metric } from "./metric.ts";

/** The score with its variants. */
export interface MeanAveragePrecision extends Metric<number, BoxPredictions> {
  /** With boxes that count as right from an overlap of 0.5 on. */
  readonly at50: Metric<number, BoxPredictions>;
  /** From 0.75 on. */
  readonly at75: Metric<number, BoxPredictions>;
  /** Of objects below 32² pixels. */
  readonly small: Metric<number, BoxPredictions>;
  /** From 32² to 96² pixels. */
  readonly medium: Metric<number, BoxPredictions>;
  /** Above 96² pixels. */
  readonly large: Metric<number, BoxPredictions>;
  /** The score of each class by name; NaN for classes without objects. */
  readonly perClass: Metric<Record<string, number>, BoxPredictions>;
}

const name = "meanAveragePrecision";
const ofSize = (size: ObjectSize) =>
  classMean(`${name}.${size}`, `mAP ${size}`, (boxes) => averagePrecisions(boxes, { size }));
const atLevel = (variant: string, title: string, level: number) =>
  classMean(
    `${name}.${variant}`,
    title,
    (boxes) => averagePrecisions(boxes, { levels: [level] }),
  );
/** The number of 0.75 among the overlaps 0.5, 0.55 … */
const level75 = 5;

/**
 * The area under the curve of precision over recall, the mean over the overlaps 0.5, 0.55 … 0.95 from
 * which on a box counts as right (mAP 50–95), and over the classes that have objects; NaN where there
 * are none. At most 100 boxes of a class in an image are looked at, and what is found in a crowd
 * does not count. Equals pycocotools' `COCOeval` (Lin et al., 2014).
 *
 * @example
 * ```ts
 * import { boxPredictions, meanAveragePrecision } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 10, 10], label: "cat" }]],
 *   predicted: [[{ box: [0, 0, 10, 7], label: "cat", score: 0.8 }]], // covers 0.7 of it
 * });
 * assert.equal(meanAveragePrecision.at50.compute(predictions), 1);
 * assert.equal(meanAveragePrecision.at75.compute(predictions), 0);
 * assert.equal(meanAveragePrecision.compute(predictions), 0.5); // right at 5 of 10 overlaps
 * ```
 */
export const meanAveragePrecision: MeanAveragePrecision = Object.freeze({
  ...classMean(name, "mAP", averagePrecisions),
  at50: atLevel("at50", "mAP 50", 0),
  at75: atLevel("at75", "mAP 75", level75),
  small: ofSize("small"),
  medium: ofSize("medium"),
  large: ofSize("large"),
  perClass: classTable(`${name}.perClass`, averagePrecisions),
});
