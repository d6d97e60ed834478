/**
 * An op with a gradient of its own for each input, computed only for inputs that need one.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** What tensorflow.js' `customGrad` is made of; that one computes all gradients in any case. */
interface Recorder {
  runKernelFunc(op: {
    forwardFunc(backend: unknown, save: (tensors: Tensor[]) => void): Tensor;
    backwardsFunc(dy: Tensor, saved: Tensor[]): Record<string, () => Tensor>;
    inputs: Record<string, Tensor>;
  }): Tensor;
}

/**
 * The value of `forward`, with `backward` in the place of what tensorflow.js would record. On a device that
 * runs op by op the gradient of a frozen weight is never computed.
 *
 * @param forward gives the value, and what the backward pass reads beside the inputs
 * @param backward a function of the gradient for each input, in their order
 */
export function withGradients(
  inputs: readonly Tensor[],
  forward: () => { readonly value: Tensor; readonly kept?: readonly Tensor[] },
  backward: (dy: Tensor, inputs: Tensor[], kept: Tensor[]) => readonly (() => Tensor)[],
): Tensor {
  return (tf.engine() as unknown as Recorder).runKernelFunc({
    inputs: Object.fromEntries(inputs.entries()),
    forwardFunc(_backend, save) {
      const { value, kept = [] } = forward();
      save([...inputs, ...kept]);
      return value;
    },
    backwardsFunc: (dy, saved) =>
      Object.fromEntries(
        backward(dy, saved.slice(0, inputs.length), saved.slice(inputs.length)).entries(),
      ),
  });
}
