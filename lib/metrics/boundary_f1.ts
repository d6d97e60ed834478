/**
 * Boundary F1: how exactly masks are drawn.
 *
 * @module
 */
import type { MaskPredictions } from "../nn/mask_predictions.ts";
import { boundariesOf, nearBoundaries, stepsWithin } from "./masks/boundaries.ts";
import { type MaskScore, maskScore } from "./masks/mask_score.ts";
import type { RowStatistics } from "./metric.ts";

/** How far boundaries may lie apart, as a share of the image's diagonal (Csurka et al., 2013). */
const tolerance = 0.0075;
/** In small images they may lie a pixel apart. */
const leastPixels = 1;

/** Sum of the F1 of images, and how many images have boundaries of the class. */
const perClass = 2;

/**
 * The harmonic mean of two shares: predicted boundary pixels near a true one of the class, and true ones
 * near a predicted one. Near is within 0.75 % of the image's diagonal and at least a pixel. It is the mean
 * over the images in which the class has a boundary, and over those classes (Csurka et al., "What is a
 * good evaluation measure for semantic segmentation?", 2013). A boundary pixel has a neighbour above,
 * below, left or right of another class; pixels that do not count are no neighbours.
 *
 * @example
 * ```ts
 * import { boundaryF1, maskPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const mask = (...data: number[]) => ({ width: 6, height: 1, data: Uint8Array.from(data) });
 * const predictions = maskPredictions({
 *   labels: ["sky", "sea"],
 *   truth: [mask(0, 0, 0, 0, 1, 1)],
 *   predicted: [mask(0, 0, 0, 1, 1, 1)], // a pixel apart
 * });
 * assert.equal(boundaryF1.compute(predictions), 1);
 * ```
 */
export const boundaryF1: MaskScore = maskScore({
  name: "boundaryF1",
  title: "boundary F1",
  statistics,
  classScores: (sums) =>
    Array.from({ length: sums.length / perClass }, (_, label) => {
      const [sum, images] = sums.subarray(perClass * label);
      return sum / images;
    }),
});

const known = new WeakMap<MaskPredictions, RowStatistics>();

function statistics(predictions: MaskPredictions): RowStatistics {
  const found = known.get(predictions) ?? measure(predictions);
  known.set(predictions, found);
  return found;
}

function measure({ labels, truth, predicted, ignoredIndex }: MaskPredictions): RowStatistics {
  const classes = labels.length;
  const size = perClass * classes;
  const values = new Float64Array(size * truth.length);
  truth.forEach((mask, row) => {
    const { width, height, data } = mask;
    const isIgnored = (at: number) => data[at] === ignoredIndex;
    const [right, given] = [mask, predicted[row]].map((each) => ({
      mask: each,
      boundaries: boundariesOf(each, isIgnored),
    }));
    const steps = stepsWithin(Math.max(leastPixels, tolerance * Math.hypot(width, height)));
    const precision = nearBoundaries(given, right, { classes, steps });
    const recall = nearBoundaries(right, given, { classes, steps });
    for (let label = 0; label < classes; label++) {
      const [found, wanted] = [precision.pixels[label], recall.pixels[label]];
      if (found + wanted === 0) continue;
      const p = found === 0 ? 0 : precision.near[label] / found;
      const r = wanted === 0 ? 0 : recall.near[label] / wanted;
      values[row * size + perClass * label] = p + r === 0 ? 0 : 2 * p * r / (p + r);
      values[row * size + perClass * label + 1] = 1;
    }
  });
  return { size, values };
}
