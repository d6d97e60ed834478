/**
 * The noise beside an image of scale 1, σ, which dpm-solver and euler count in.
 *
 * @module
 */
import type { NoiseSchedule } from "../../tasks/image_generation/noise_schedule.ts";

/** What diffusers takes for the square of the image's scale where the last step has none: 2⁻²⁴. */
const leastSignalSquare = 2 ** -24;

/** σ = noise / signal of each training step, [trainTimesteps]; finite for a step without signal, too. */
export function trainSigmas({ signal, noise }: NoiseSchedule): Float64Array {
  return signal.map((scale, step) =>
    scale === 0 ? Math.sqrt((1 - leastSignalSquare) / leastSignalSquare) : noise[step] / scale
  );
}

/** σ between two training steps lies on a straight line. */
export function sigmaAt(sigmas: Float64Array, timestep: number): number {
  const low = Math.min(Math.floor(timestep), sigmas.length - 1);
  const high = Math.min(low + 1, sigmas.length - 1);
  return sigmas[low] + (timestep - low) * (sigmas[high] - sigmas[low]);
}
