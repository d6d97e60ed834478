/**
 * Noisy images, and what a denoiser is taught to say of them.
 *
 * @module
 */
import type { NoiseSchedule } from "./noise_schedule.ts";

/**
 * The noisy image of a training step, signal · clean + noise · noise: diffusers' `add_noise` and
 * `scale_noise`.
 *
 * @param clean numbers of one image, [channels · height · width]
 * @param noise standard normal, as many
 * @param step from 0
 *
 * @example
 * ```ts
 * import { addNoise, noiseSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const flow = noiseSchedule({ kind: "flow", trainTimesteps: 4 });
 * const noisy = addNoise(flow, Float32Array.of(1, 0), Float32Array.of(-1, 2), 1);
 * assert.deepEqual(noisy, Float32Array.of(0, 1)); // half of each
 * ```
 */
export function addNoise(
  schedule: NoiseSchedule,
  clean: Float32Array,
  noise: Float32Array,
  step: number,
): Float32Array {
  const [image, added] = [schedule.signal[step], schedule.noise[step]];
  return clean.map((value, i) => image * value + added * noise[i]);
}

/**
 * What the model should predict at a training step: the noise, the velocity signal · noise − noise · clean
 * (Salimans and Ho, arXiv 2202.00512; diffusers' `get_velocity`), the clean image, or noise − clean.
 *
 * @param clean numbers of one image, [channels · height · width]
 * @param noise standard normal, as many
 * @param step from 0
 *
 * @example
 * ```ts
 * import { denoisingTarget, noiseSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const [clean, noise] = [Float32Array.of(1, 0), Float32Array.of(-1, 2)];
 * const flow = noiseSchedule({ kind: "flow" });
 * assert.deepEqual(denoisingTarget(flow, clean, noise, 500), Float32Array.of(-2, 2));
 * assert.deepEqual(denoisingTarget(noiseSchedule(), clean, noise, 500), noise);
 * ```
 */
export function denoisingTarget(
  schedule: NoiseSchedule,
  clean: Float32Array,
  noise: Float32Array,
  step: number,
): Float32Array {
  const [image, added] = [schedule.signal[step], schedule.noise[step]];
  switch (schedule.prediction) {
    case "epsilon":
      return noise.slice();
    case "sample":
      return clean.slice();
    case "v_prediction":
      return clean.map((value, i) => image * noise[i] - added * value);
    case "flow":
      return clean.map((value, i) => noise[i] - value);
  }
}
