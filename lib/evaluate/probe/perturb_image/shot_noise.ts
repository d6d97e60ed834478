/**
 * The noise of little light.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** Photons of a white value. */
const photons = [60, 25, 12, 5, 3] as const;

/**
 * Counts photons instead of measuring light, so that bright values vary more: ImageNet-C's `shot_noise`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { shotNoise, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = shotNoise({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const shotNoise: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "shotNoise",
  "shot noise",
  photons,
  (values, count, { random }) => values.map((value) => poisson(value * count, random) / count),
);

/** A Poisson number, by products of uniform ones (Knuth 1969); its mean is at most 60 here. */
function poisson(mean: number, random: Random): number {
  const least = Math.exp(-mean);
  let product = random.uniform();
  let count = 0;
  while (product > least) {
    product *= random.uniform();
    count++;
  }
  return count;
}
