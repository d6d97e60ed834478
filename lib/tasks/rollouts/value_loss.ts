/**
 * The loss of a value function that learns beside a policy.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/** How a value function is learned. */
export interface ValueLossOptions {
  /** A value may differ by this much from what it was when the answers were sampled. */
  readonly valueClip: number;
  /** What the loss of the values counts beside the policy's. */
  readonly valueWeight: number;
}

/**
 * Of each state the greater of two squared errors, [states]: of the value, and of the value kept within `clip` of
 * what it was (Schulman et al., 2017, arXiv 1707.06347, and the code of its authors).
 *
 * @param values what is expected now, [states]
 */
export function clippedValueErrors(
  values: Tensor,
  { oldValues, returns }: { readonly oldValues: Tensor; readonly returns: Tensor },
  clip: number,
): Tensor {
  const near = tf.add(oldValues, tf.clipByValue(tf.sub(values, oldValues), -clip, clip));
  return tf.maximum(squared(tf.sub(values, returns)), squared(tf.sub(near, returns)));
}

function squared(x: Tensor): Tensor {
  return tf.mul(x, x);
}
