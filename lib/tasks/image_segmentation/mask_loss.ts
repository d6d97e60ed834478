/**
 * The losses of masks: cross-entropy, focal and Dice.
 *
 * @module
 */
import { notNegative, numberList, type Rules } from "../../core/option_rules.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import { focalFactor } from "../shared/focal.ts";

/** What is added up to the loss of a mask. */
export interface MaskLossOptions {
  /** The weight of the cross-entropy of the pixels; 1 unless given. */
  readonly crossEntropy?: number;
  /** The weight of the Dice loss; 0 unless given. Good where classes have few pixels. */
  readonly dice?: number;
  /**
   * The exponent γ of the focal loss (Lin et al., arXiv 1708.02002), by which pixels that are predicted
   * well count less in the cross-entropy; 0 unless given.
   */
  readonly focalGamma?: number;
  /** The weight of each class in the cross-entropy, from 0; 1 unless given. */
  readonly classWeights?: readonly number[];
}

/** What the settings must be. */
export const maskLossRules: Rules<MaskLossOptions> = {
  crossEntropy: notNegative,
  dice: notNegative,
  focalGamma: notNegative,
  classWeights: numberList,
};

/** The class of pixels that do not count, as the program is fed. */
export const uncounted = -1;

/** Added to both sides of Dice's quotient, so that a class that is not there and not predicted costs 0. */
const smoothing = 1;

/**
 * The sum over the images of
 *
 * - crossEntropy · Σ over the pixels that count of w_c · (1 − p_c)^γ · −log p_c, and
 * - dice · the image's weight · the mean over the classes of 1 − (2 Σ p·t + 1) / (Σ p + Σ t + 1), with
 *   the probabilities p and the targets t of the pixels that count (Milletari et al., "V-Net", 2016, arXiv
 *   1606.04797).
 *
 * Divided by the weight of all pixels of a step, the first is PyTorch's
 * `CrossEntropyLoss(weight, ignore_index)`, and the second the mean Dice loss of its images, each with
 * the weight of its pixels.
 *
 * @param logits [batch, classes, height, width]
 * @param targets int32 class of each pixel, `uncounted` for those that do not count, [batch, height, width]
 * @param weights the weight of each image, [batch]: with `classWeights` the sum of its pixels' weights,
 * else the number of those that count
 */
export function maskLoss(
  logits: Tensor,
  targets: Tensor,
  weights: Tensor,
  { crossEntropy = 1, dice = 0, focalGamma = 0, classWeights }: MaskLossOptions = {},
): Tensor {
  const classes = logits.shape[1]!;
  const numbers = tf.reshape(tf.range(0, classes, 1, "int32"), [1, classes, 1, 1]);
  const shares = tf.cast(tf.equal(tf.expandDims(targets, 1), numbers), "float32");
  const logarithms = tf.sub(logits, tf.logSumExp(logits, 1, true)); // [batch, classes, height, width]
  const probabilities = tf.exp(logarithms);
  const losses: Tensor[] = [];
  if (crossEntropy > 0) {
    let counted = shares;
    if (classWeights) {
      counted = tf.mul(counted, tf.tensor4d([...classWeights], [1, classes, 1, 1]));
    }
    if (focalGamma > 0) counted = tf.mul(counted, focalFactor(probabilities, focalGamma));
    losses.push(tf.mul(tf.sum(tf.mul(counted, logarithms)), -crossEntropy));
  }
  if (dice > 0) {
    const counts = tf.sum(shares, 1, true); // 1 for pixels that count
    const sides = [2, 3];
    const both = tf.sum(tf.mul(shares, probabilities), sides); // [batch, classes]
    const all = tf.add(tf.sum(tf.mul(probabilities, counts), sides), tf.sum(shares, sides));
    const quotients = tf.div(
      tf.add(tf.mul(both, 2), smoothing),
      tf.add(all, smoothing),
    );
    const misses = tf.mul(tf.sum(tf.sub(1, quotients), 1), dice / classes); // [batch]
    losses.push(tf.sum(tf.mul(misses, weights)));
  }
  return losses.reduce((a, b) => tf.add(a, b));
}
