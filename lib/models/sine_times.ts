/**
 * Times of a diffusion as waves, as diffusers' `get_timestep_embedding` has them (Ho et al., arXiv 2006.11239).
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";

const slowest = 10_000;

/** How the waves are laid out. */
export interface SineTimesOptions {
  /** Which half comes first. */
  readonly first: "sine" | "cosine";
  /** What is taken from the number of waves where their speeds are spread: `freq_shift` or `downscale_freq_shift`. */
  readonly shift: number;
}

/** [batch] → [batch, numbers], half of them sines and half cosines of the times at falling speeds. */
export function sineTimes(
  times: Tensor,
  numbers: number,
  { first, shift }: SineTimesOptions,
): Tensor {
  const half = numbers / 2;
  const speeds = Float32Array.from({ length: half }, (_, i) => slowest ** (-i / (half - shift)));
  const angles = tf.mul(tf.expandDims(times, 1), tf.tensor(speeds, [1, half]));
  const waves = [tf.sin(angles), tf.cos(angles)];
  return tf.concat(first === "sine" ? waves : waves.reverse(), 1);
}
