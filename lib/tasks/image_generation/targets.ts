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
