/**
 * The focal loss of independent yes-or-no targets (Lin et al., "Focal loss for dense object detection",
 * 2017, arXiv 1708.02002).
 *
 * @module
 */
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import { focalFactor } from "./focal.ts";

/** How right and wrong, easy and hard targets count. */
export interface SigmoidFocalOptions {
  /** The weight of targets of 1; those of 0 have 1 − alpha. */
  readonly alpha: number;
  /** The exponent by which what is predicted well counts less; 0 is plain cross-entropy. */
  readonly gamma: number;
}

/**
 * α_t · (1 − p_t)^γ · the binary cross-entropy of each element, as torchvision's `sigmoid_focal_loss`
 * without reduction.
 *
 * @param logits any shape
 * @param targets the same shape, 0 or 1
 */
export function sigmoidFocal(
  logits: Tensor,
  targets: Tensor,
  { alpha, gamma }: SigmoidFocalOptions,
): Tensor {
  const yes = tf.sigmoid(logits);
  const no = tf.sub(1, targets);
  const right = tf.add(tf.mul(yes, targets), tf.mul(tf.sub(1, yes), no));
  const weights = tf.add(tf.mul(targets, alpha), tf.mul(no, 1 - alpha));
  const losses = tf.mul(ops.binaryCrossEntropy(logits, targets), focalFactor(right, gamma));
  return tf.mul(weights, losses);
}
