/**
 * The loss of PPO: the clipped policy gradient with advantages of tokens, and the clipped error of a value
 * function.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/** How far one rollout may take the model. */
export interface PpoLossOptions {
  /** The ratio of probabilities may differ from 1 by this much before its gradient is cut. */
  readonly clip: number;
  /** A value may differ by this much from what it was. */
  readonly valueClip: number;
  /** What the values' loss counts beside the policy's. */
  readonly valueWeight: number;
}

/** What the model says now. */
export interface PpoResults {
  /** Log probabilities of the sampled tokens, [tokens]. */
  readonly logProbs: Tensor;
  /** What is expected in each state, [states]. */
  readonly values: Tensor;
}

/** What was when the answers were sampled, and what came of it. */
export interface PpoFeeds {
  /** [tokens] */
  readonly oldLogProbs: Tensor;
  /** [tokens] */
  readonly advantages: Tensor;
  /** 1 for tokens that count and 0 for others, [tokens]. */
  readonly tokenWeights: Tensor;
  /** [states] */
  readonly oldValues: Tensor;
  /** [states] */
  readonly returns: Tensor;
  /** 1 for states that count and 0 for others, [states]. */
  readonly stateWeights: Tensor;
  /** How many tokens of the whole step count, []. */
  readonly tokens: Tensor;
  /** How many states of the whole step count, []. */
  readonly states: Tensor;
}

/**
 * Mean over the tokens of −min(r·A, clip(r)·A), r the ratio of probabilities, plus `valueWeight` times half
 * the mean over the states of the greater of two squared errors: of the value, and of the value kept within
 * `valueClip` of what it was (Schulman et al., 2017, arXiv 1707.06347, and the code of its authors). A
 * scalar; both counts are fed, so that the losses of micro-batches add up.
 */
export function ppoLoss(
  { logProbs, values }: PpoResults,
  feeds: PpoFeeds,
  { clip, valueClip, valueWeight }: PpoLossOptions,
): Tensor {
  const { oldLogProbs, advantages, tokenWeights, oldValues, returns, stateWeights } = feeds;
  // What does not count must not make numbers that are none.
  const ratio = tf.exp(tf.mul(tf.sub(logProbs, oldLogProbs), tokenWeights));
  const clipped = tf.clipByValue(ratio, 1 - clip, 1 + clip);
  const gains = tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages));
  const policy = tf.div(tf.neg(tf.sum(tf.mul(tokenWeights, gains))), feeds.tokens);

  const near = tf.add(oldValues, tf.clipByValue(tf.sub(values, oldValues), -valueClip, valueClip));
  const errors = tf.maximum(squared(tf.sub(values, returns)), squared(tf.sub(near, returns)));
  const value = tf.div(tf.sum(tf.mul(stateWeights, errors)), feeds.states);
  return tf.add(policy, tf.mul(value, valueWeight / 2));
}

function squared(x: Tensor): Tensor {
  return tf.mul(x, x);
}
