/**
 * The error of a denoiser.
 *
 * @module
 */
import type { DenoisingPredictions } from "../nn/denoising_predictions.ts";
import { additiveMetric } from "./additive_metric.ts";
import type { Metric } from "./metric.ts";

/**
 * The mean squared difference between what a denoiser says of noisy images and what it should say (Ho et al.,
 * arXiv 2006.11239, section 3.4), over the pixels of all rows. Each held-out image has noise of its own that is
 * always the same, so that two runs are comparable; models that predict something else are not.
 *
 * @example
 * ```ts
 * import { denoisingError, denoisingPredictions } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = denoisingPredictions({
 *   errors: Float64Array.of(0.1, 0.3),
 *   steps: [20, 800],
 * });
 * assert.ok(Math.abs(denoisingError.compute(predictions) - 0.2) < 1e-12);
 * ```
 */
export const denoisingError: Metric<number, DenoisingPredictions> = additiveMetric({
  name: "denoisingError",
  title: "denoising error",
  kinds: ["denoising"],
  better: "lower",
  range: [0, Infinity],
  additive: {
    statistics: ({ errors }: DenoisingPredictions) => ({
      size: 2,
      values: Float64Array.from(Array.from(errors).flatMap((error) => [error, 1])),
    }),
    scoreOf: ([errors, rows]) => errors / rows,
  },
});
