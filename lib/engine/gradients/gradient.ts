/**
 * How a kernel's gradient is written down.
 *
 * tensorflow.js' main entry registers no gradients. These are tunebook's own, so that none fills an
 * array of a tensor's size in JavaScript or computes a number from an open dimension, and each is
 * checked by finite differences.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";

/** What a gradient sees: the inputs, the first output and the kernel's attributes. */
export interface Recorded {
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  readonly attrs: NamedAttrMap;
}

/** One kernel's gradient: for each input a function of dy, called only where it is needed. */
export interface Gradient {
  /** The kernel's names of its inputs, in order. */
  readonly names: readonly string[];
  /** Whether the output is kept for the backward pass. */
  readonly keepsOutput?: boolean;
  readonly by: (dy: Tensor, recorded: Recorded) => (() => Tensor)[];
}

/** Registers a gradient with tensorflow.js. */
export function register(kernelName: string, { names, keepsOutput, by }: Gradient): void {
  tf.registerGradient({
    kernelName,
    inputsToSave: [...names],
    outputsToSave: keepsOutput ? [true] : [],
    gradFunc: (dy, saved, attrs) => {
      const inputs = saved.slice(0, names.length);
      const output = saved[names.length];
      const made = by(dy as Tensor, { inputs, output, attrs });
      return Object.fromEntries(names.map((name, i) => [name, made[i]]));
    },
  });
}

/** Sums a gradient over the axes along which its input was repeated. */
export function unbroadcast(gradient: Tensor, input: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(input.shape, gradient.shape);
  const folded = axes.length > 0 ? tf.sum(gradient, axes) : gradient;
  return tf.reshape(folded, input.shape);
}
