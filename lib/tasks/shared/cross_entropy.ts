/**
 * Cross-entropy as several tasks need it: of class ids or shares, smoothed, weighted by class, focal,
 * and each of it together with the others.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import { focalFactor } from "./focal.ts";
import { type LossOptions, lossRules } from "./loss_options.ts";

/**
 * The loss of each row: −Σ w_c · t_c · (1 − p_c)^γ · log p_c with the smoothed targets t, as PyTorch's
 * `CrossEntropyLoss(weight, label_smoothing, reduction="none")`, and with γ the focal loss. PyTorch's
 * mean divides the sum by the class weights of the unsmoothed targets; `targetWeight` gives them.
 *
 * @param logits [n, classes]
 * @param targets int32 class ids [n], or shares of the classes that sum to 1, [n, classes]
 * @returns [n]
 *
 * @example
 * ```ts
 * import { crossEntropy, openDevice, type Program } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const program: Program = {
 *   name: "losses",
 *   inputs: {
 *     logits: { role: "feed", type: "float32", shape: ["rows", 2] },
 *     ids: { role: "feed", type: "int32", shape: ["rows"] },
 *   },
 *   compute: ({ logits, ids }) => ({ losses: crossEntropy(logits, ids) }),
 * };
 * const device = await openDevice("cpu");
 * const compiled = await device.compile(program, { frozen: () => new Float32Array() });
 * const { losses } = await compiled.run({
 *   logits: { shape: [1, 2], data: Float32Array.of(0, 0) },
 *   ids: { shape: [1], data: Int32Array.of(1) },
 * });
 * assert.ok(Math.abs(losses.data[0] - Math.LN2) < 1e-6);
 * await compiled.dispose();
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: LossOptions = {},
): Tensor {
  checkOptions("crossEntropy", options, lossRules);
  const { labelSmoothing = 0, classWeights, focalGamma = 0 } = options;
  const classes = logits.shape[1]!;
  let shares = targets.shape.length === 1 ? sharesOf(targets, classes) : targets;
  if (labelSmoothing > 0) {
    shares = tf.add(tf.mul(shares, 1 - labelSmoothing), labelSmoothing / classes);
  }
  if (classWeights) shares = tf.mul(shares, tf.tensor1d([...classWeights]));
  const logarithms = tf.logSoftmax(logits);
  if (focalGamma > 0) shares = tf.mul(shares, focalFactor(tf.exp(logarithms), focalGamma));
  return tf.neg(tf.sum(tf.mul(shares, logarithms), -1));
}

/**
 * The loss of each row of independent yes-or-no targets: the mean over the classes of the binary
 * cross-entropy times the focal factor, as transformers' multi-label loss and, with γ, torchvision's
 * `sigmoid_focal_loss` without its α.
 *
 * @param logits [n, classes]
 * @param targets in [0, 1], [n, classes]
 * @returns [n]
 */
export function binaryCrossEntropies(
  logits: Tensor,
  targets: Tensor,
  { focalGamma = 0 }: Pick<LossOptions, "focalGamma"> = {},
): Tensor {
  const losses = ops.binaryCrossEntropy(logits, targets);
  if (focalGamma === 0) return tf.mean(losses, -1);
  const yes = tf.sigmoid(logits);
  const right = tf.add(tf.mul(yes, targets), tf.mul(tf.sub(1, yes), tf.sub(1, targets)));
  return tf.mean(tf.mul(losses, focalFactor(right, focalGamma)), -1);
}

/**
 * The weighted sum of losses divided by a fed number, so that micro-batches add up to their step.
 *
 * @param losses [n]
 * @param weights n numbers of any shape, such as [rows, sequence]; 0 leaves a loss out
 * @param normaliser the weight of the whole step, a scalar
 *
 * @example
 * ```ts
 * import { crossEntropy, type Objective, weightedMean } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // The loss of a task on tokens; `weights` [rows, sequence] are 0 for padding.
 * const loss: Objective["loss"] = (logits, { tags, weights, normaliser }) =>
 *   weightedMean(crossEntropy(logits, tags), weights, normaliser);
 * assert.equal(loss.length, 2);
 * ```
 */
export function weightedMean(losses: Tensor, weights: Tensor, normaliser: Tensor): Tensor {
  return tf.div(tf.sum(tf.mul(losses, tf.reshape(weights, [-1]))), normaliser);
}

/** What a target adds to the divisor of a mean: the class weight of an id, or of shares their mean. */
export function targetWeight(
  target: number | ArrayLike<number>,
  classWeights: readonly number[] | undefined,
): number {
  if (!classWeights) return 1;
  if (typeof target === "number") return classWeights[target];
  return classWeights.reduce((sum, weight, i) => sum + weight * target[i], 0);
}

/** Class ids [n] → 1 for the class and 0 for the others, [n, classes]. */
function sharesOf(ids: Tensor, classes: number): Tensor {
  return tf.cast(tf.oneHot(ids as Parameters<typeof tf.oneHot>[0], classes), "float32");
}
