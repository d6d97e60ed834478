/**
 * Mean intersection over union: how far predicted and true masks cover each other.
 *
 * @module
 */
import { type MaskScore, maskScore } from "./masks/mask_score.ts";
import { countsOfSums, pixelStatistics } from "./masks/pixel_counts.ts";

/**
 * The pixels that are true and predicted, divided by those that are either, over all images (Jaccard's
 * index); the mean over the classes that are true or predicted somewhere, NaN where none is. Equals
 * scikit-learn's `jaccard_score` of the pixels, averaged over those classes.
 *
 * @example
 * ```ts
 * import { maskPredictions, meanIou } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const mask = (...data: number[]) => ({ width: 4, height: 1, data: Uint8Array.from(data) });
 * const predictions = maskPredictions({
 *   labels: ["sky", "sea", "sand"],
 *   truth: [mask(0, 0, 0, 1)],
 *   predicted: [mask(0, 0, 1, 1)],
 * });
 * assert.deepEqual(meanIou.perClass.compute(predictions), { sky: 2 / 3, sea: 0.5, sand: NaN });
 * assert.equal(meanIou.compute(predictions), (2 / 3 + 0.5) / 2);
 * ```
 */
export const meanIou: MaskScore = maskScore({
  name: "meanIou",
  title: "mean IoU",
  statistics: pixelStatistics,
  classScores: (sums) =>
    countsOfSums(sums).map(({ both, predicted, truth }) => both / (predicted + truth - both)),
});
