/**
 * Average recall: how many objects a model finds, however unsure it is.
 *
 * @module
 */
import type { BoxPredictions } from "../nn/box_predictions.ts";
import { averageRecalls } from "./boxes/class_curves.ts";
import { classMean, classTable } from "./boxes/class_mean.ts";
import type { ObjectSize } from "./boxes/coco_settings.ts";
import type { Metric } from "./metric.ts";

/** The score with its variants. */
export interface AverageRecall extends Metric<number, BoxPredictions> {
  /** With the surest box of each class in an image alone. */
  readonly at1: Metric<number, BoxPredictions>;
  /** With 10 boxes. */
  readonly at10: Metric<number, BoxPredictions>;
  /** With 100 boxes, which is the score itself. */
  readonly at100: Metric<number, BoxPredictions>;
  /** Of objects below 32² pixels. */
  readonly small: Metric<number, BoxPredictions>;
  /** From 32² to 96² pixels. */
  readonly medium: Metric<number, BoxPredictions>;
  /** Above 96² pixels. */
  readonly large: Metric<number, BoxPredictions>;
  /** The score of each class by name; NaN for classes without objects. */
  readonly perClass: Metric<Record<string, number>, BoxPredictions>;
}

const name = "averageRecall";
const ofSize = (size: ObjectSize) =>
  classMean(`${name}.${size}`, `recall ${size}`, (boxes) => averageRecalls(boxes, { size }));
const atMost = (most: number) =>
  classMean(
    `${name}.at${most}`,
    `recall of ${most}`,
    (boxes) => averageRecalls(boxes, { most }),
  );

/**
 * The share of the objects that are found with 100 boxes of a class in an image, the mean over the
 * overlaps 0.5, 0.55 … 0.95 and over the classes that have objects; NaN where there are none. Equals
 * pycocotools' `COCOeval`.
 *
 * @example
 * ```ts
 * import { averageRecall, boxPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = boxPredictions({
 *   labels: ["cat"],
 *   truth: [[{ box: [0, 0, 10, 10], label: "cat" }]],
 *   predicted: [[
 *     { box: [50, 50, 10, 10], label: "cat", score: 0.9 },
 *     { box: [0, 0, 10, 10], label: "cat", score: 0.1 },
 *   ]],
 * });
 * assert.equal(averageRecall.at1.compute(predictions), 0);
 * assert.equal(averageRecall.compute(predictions), 1);
 * ```
 */
export const averageRecall: AverageRecall = Object.freeze({
  ...classMean(name, "average recall", averageRecalls),
  at1: atMost(1),
  at10: atMost(10),
  at100: atMost(100),
  small: ofSize("small"),
  medium: ofSize("medium"),
  large: ofSize("large"),
  perClass: classTable(`${name}.perClass`, averageRecalls),
});
