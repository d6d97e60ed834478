/**
 * A part of a tensor that takes no gradient.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** `x` as it is, whose gradient is multiplied with `kept`, 0 or 1 in a shape that fits. */
export function maskedGradient(x: Tensor, kept: Tensor): Tensor {
  const run = tf.customGrad((given, ...others) => {
    const save = others.at(-1) as unknown as (tensors: Tensor[]) => void;
    save([kept]);
    return {
      value: tf.clone(given as Tensor),
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => tf.mul(dy, saved),
    };
  });
  return run(x);
}
