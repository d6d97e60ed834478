/**
 * Pixel accuracy: which share of the pixels has the right class.
 *
 * @module
 */
import type { MaskPredictions } from "../nn/mask_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import { type MaskScore, maskScore, meanOfDefined } from "./masks/mask_score.ts";
import { countsOfSums, type PixelCounts, pixelStatistics } from "./masks/pixel_counts.ts";
import type { Metric } from "./metric.ts";

/** The score with its mean over classes. */
export interface PixelAccuracy extends MaskScore {
  /** The mean over the classes that have pixels, of their own share. */
  readonly macro: Metric<number, MaskPredictions>;
}

const classScores = (sums: Float64Array) =>
  countsOfSums(sums).map(({ both, truth }) => both / truth);

const sum = (counts: readonly PixelCounts[], field: keyof PixelCounts) =>
  counts.reduce((total, each) => total + each[field], 0);

/**
 * The share of the pixels of all images that have the right class, of those that count; NaN where none
 * does. `perClass` has the share of each class's own pixels, its recall. Equals scikit-learn's
 * `accuracy_score` and `recall_score` of the pixels.
 *
 * @example
 * ```ts
 * import { maskPredictions, pixelAccuracy } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const mask = (...data: number[]) => ({ width: 4, height: 1, data: Uint8Array.from(data) });
 * const predictions = maskPredictions({
 *   labels: ["sky", "sea"],
 *   truth: [mask(0, 0, 0, 1)],
 *   predicted: [mask(0, 0, 0, 0)],
 * });
 * assert.equal(pixelAccuracy.compute(predictions), 0.75);
 * assert.equal(pixelAccuracy.macro.compute(predictions), 0.5);
 * ```
 */
export const pixelAccuracy: PixelAccuracy = Object.freeze({
  ...maskScore({
    name: "pixelAccuracy",
    title: "pixel accuracy",
    statistics: pixelStatistics,
    classScores,
    scoreOf(sums) {
      const counts = countsOfSums(sums);
      return sum(counts, "both") / sum(counts, "truth");
    },
  }),
  macro: additiveMetric<MaskPredictions>({
    name: "pixelAccuracy.macro",
    title: "mean accuracy",
    kinds: ["mask"],
    better: "higher",
    range: [0, 1],
    additive: {
      statistics: pixelStatistics,
      scoreOf: (sums) => meanOfDefined(classScores(sums)),
    },
  }),
});
