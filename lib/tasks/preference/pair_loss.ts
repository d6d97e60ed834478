/**
 * What a loss on pairs of answers is.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/** Numbers of pairs, each [pairs]. */
export interface PairNumbers {
  /** log p of the whole answer. */
  readonly chosen: Tensor;
  readonly rejected: Tensor;
  /** log p of the answers before the training; zeros where the loss needs no reference. */
  readonly chosenReference: Tensor;
  readonly rejectedReference: Tensor;
  /** Tokens of the answers, at least 1. */
  readonly chosenTokens: Tensor;
  readonly rejectedTokens: Tensor;
}

/** A loss on pairs of a better and a worse answer. */
export interface PairLoss {
  readonly name: string;
  /** Whether answers are compared with the model before the training. */
  readonly usesReference: boolean;
  /** The loss of each pair, [pairs]. */
  of(numbers: PairNumbers): Tensor;
  /**
   * What else the chosen answers are learned with: their mean cross-entropy over all of the step's tokens times a weight, of
   * the `answer` or of the whole `text`.
   */
  readonly likelihood?: { readonly weight: number; readonly of: "answer" | "text" } | undefined;
  /** The reward of an answer, of its log p, of that before the training, and of how many tokens it has. */
  rewardOf(logProbability: number, reference: number, tokens: number): number;
}

/** −log σ(x), for x of any size. */
export function negativeLogSigmoid(x: Tensor): Tensor {
  return tf.softplus(tf.neg(x));
}

/** −(1 − ε) log σ(x) − ε log σ(−x): the better answer may be the worse one with the probability ε. */
export function smoothedLogSigmoid(x: Tensor, labelSmoothing: number): Tensor {
  const right = tf.mul(negativeLogSigmoid(x), 1 - labelSmoothing);
  if (labelSmoothing === 0) return right;
  return tf.add(right, tf.mul(negativeLogSigmoid(tf.neg(x)), labelSmoothing));
}
