/**
 * Dead and hot pixels.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** Shares of values that are lost. */
const shares = [0.03, 0.06, 0.09, 0.17, 0.27] as const;

/**
 * Makes some values 0 or 1, as often one as the other: ImageNet-C's `impulse_noise`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { impulseNoise, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = impulseNoise({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const impulseNoise: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "impulseNoise",
  "impulse noise",
  shares,
  (values, share, { random }) =>
    values.map((value) => random.uniform() >= share ? value : random.integer(2)),
);
