/**
 * Dice's coefficient: the F1 of the pixels of each class.
 *
 * @module
 */
import { type MaskScore, maskScore } from "./masks/mask_score.ts";
import { countsOfSums, pixelStatistics } from "./masks/pixel_counts.ts";

/**
 * Twice the pixels that are true and predicted, divided by the sum of both, over all images; the mean
 * over the classes that are true or predicted somewhere, NaN where none is. Equals scikit-learn's `f1_score`
 * of the pixels.
 *
 * @example
 * ```ts
 * import { dice, maskPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const mask = (...data: number[]) => ({ width: 4, height: 1, data: Uint8Array.from(data) });
 * const predictions = maskPredictions({
 *   labels: ["sky", "sea"],
 *   truth: [mask(0, 0, 0, 1)],
 *   predicted: [mask(0, 0, 1, 1)],
 * });
 * assert.deepEqual(dice.perClass.compute(predictions), { sky: 0.8, sea: 2 / 3 });
 * ```
 */
export const dice: MaskScore = maskScore({
  name: "dice",
  title: "Dice",
  statistics: pixelStatistics,
  classScores: (sums) =>
    countsOfSums(sums).map(({ both, predicted, truth }) => 2 * both / (predicted + truth)),
});
