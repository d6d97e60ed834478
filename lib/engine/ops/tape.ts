/**
 * Ways around tensorflow.js' tape, which knows one function of which a gradient is taken.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** Runs `compute` without recording it for a backward pass; its inner tensors are freed. */
export function withoutTape<Result extends Tensor | Tensor[]>(compute: () => Result): Result {
  const { state } = tf.engine();
  // The engine records no op that runs inside of another.
  state.kernelDepth++;
  try {
    return tf.tidy(compute);
  } finally {
    state.kernelDepth--;
  }
}

/**
 * The value of `compute` and its gradient by each of `by`, taken while another function is recorded or
 * another gradient is computed, of which it is no part. Nothing is given for a tensor that the value does
 * not depend on.
 *
 * @param dy the gradient by the value; ones unless given
 */
export function gradientsApart(
  compute: () => Tensor,
  by: readonly Tensor[],
  dy?: Tensor,
): { value: Tensor; gradients: (Tensor | undefined)[] } {
  const { state } = tf.engine();
  const { activeTape, gradientDepth, kernelDepth } = state;
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0 });
  try {
    const { value, grads } = tf.engine().gradients(compute, [...by], dy, true);
    return { value, gradients: grads };
  } finally {
    Object.assign(state, { activeTape, gradientDepth, kernelDepth });
  }
}
