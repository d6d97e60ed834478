/**
 * The factor of the focal loss (Lin et al., "Focal loss for dense object detection", arXiv
 * 1708.02002).
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/**
 * The distance from 1 is kept above this, so that a gamma below 1 has a finite slope where the
 * prediction is right beyond float32; the loss itself is 0 there.
 */
const smallestDistance = 1e-7;

/**
 * (1 − p)^γ for each element of `probability`, any shape: what is predicted well counts less. With
 * γ = 0 the factor is 1 and nothing is computed.
 *
 * @param probability what the model gives the right answer, in [0, 1]
 */
export function focalFactor(probability: Tensor, gamma: number): Tensor {
  if (gamma === 0) return tf.scalar(1);
  return tf.pow(tf.maximum(tf.sub(1, probability), smallestDistance), gamma);
}
