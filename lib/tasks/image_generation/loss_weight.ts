/**
 * How much the training steps count in the loss.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { NoiseSchedule } from "./noise_schedule.ts";

/**
 * The signal-to-noise ratio of a step, (signal / noise)²: diffusers' `compute_snr`.
 *
 * @example
 * ```ts
 * import { noiseSchedule, signalToNoise } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const diffusion = noiseSchedule();
 * assert.ok(signalToNoise(diffusion, 0) > 1000 && signalToNoise(diffusion, 999) < 0.001);
 * ```
 */
export function signalToNoise(schedule: NoiseSchedule, step: number): number {
  return (schedule.signal[step] / schedule.noise[step]) ** 2;
}

/**
 * The weight of a step's squared error by min-SNR (Hang et al., arXiv 2303.09556): min(SNR, γ) for a
 * predicted clean image, divided by SNR for predicted noise and by SNR + 1 for a predicted velocity, as
 * diffusers' training scripts compute it.
 *
 * Throws an error of kind "unsupported" for a flow, whose steps are drawn instead (`drawStep`).
 *
 * @param gamma γ, 5 in the paper
 *
 * @example
 * ```ts
 * import { minSnrWeight, noiseSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const diffusion = noiseSchedule();
 * assert.ok(minSnrWeight(diffusion, 5, 0) < 0.001); // hardly any noise to be found
 * assert.equal(minSnrWeight(diffusion, 5, 999), 1);
 * ```
 */
export function minSnrWeight(schedule: NoiseSchedule, gamma: number, step: number): number {
  const snr = signalToNoise(schedule, step);
  const least = Math.min(snr, gamma);
  switch (schedule.prediction) {
    case "epsilon":
      return least / snr;
    case "sample":
      return least;
    case "v_prediction":
      return least / (snr + 1);
    case "flow":
      throw new TunebookError(
        "unsupported",
        "min-SNR weighs the steps of a diffusion; a flow draws its steps by a logit-normal " +
          "distribution instead",
      );
  }
}
