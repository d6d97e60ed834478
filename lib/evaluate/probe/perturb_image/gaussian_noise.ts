/**
 * The noise of a sensor.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** Standard deviations, of values from 0 to 1. */
const deviations = [0.08, 0.12, 0.18, 0.26, 0.38] as const;

/**
 * Adds a normal number to each value: ImageNet-C's `gaussian_noise`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { gaussianNoise, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = gaussianNoise({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const gaussianNoise: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "gaussianNoise",
  "gaussian noise",
  deviations,
  (values, deviation, { random }) => values.map((value) => value + deviation * random.normal()),
);
