/**
 * The exponential moving average of the parameters (Polyak averaging): after each step the average
 * moves towards the parameters by 1 − decay.
 *
 * @module
 */

/**
 * What the parameters after a step, from 1, count in the average: 1 − min(decay, (1 + t) / (10 + t)),
 * TensorFlow's rule for `num_updates`, which lets a young average forget its start.
 */
export function emaShare(decay: number, step: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step));
}
