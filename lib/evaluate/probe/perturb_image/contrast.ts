/**
 * Light that tells less.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** Shares of the contrast that stay. */
const shares = [0.4, 0.3, 0.2, 0.1, 0.05] as const;
const channels = 3;

/**
 * Draws the values of each colour together around their mean: ImageNet-C's `contrast`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { contrast, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = contrast({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const contrast: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "contrast",
  "contrast",
  shares,
  (values, share) => {
    const means = [0, 0, 0];
    values.forEach((value, index) => means[index % channels] += value * channels / values.length);
    return values.map((value, index) => {
      const mean = means[index % channels];
      return mean + share * (value - mean);
    });
  },
);
