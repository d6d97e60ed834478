/**
 * An op with a gradient of its own for each input, computed only for inputs that need one.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** What tensorflow.js' `customGrad` is made of; that one computes all gradients in any case. */
interface Recorder {
  runKernelFunc(op: {
    forwardFunc(backend: unknown, save: (tensors: Tensor[]) => void): Tensor[];
    backwardsFunc(dys: Tensor | Tensor[], saved: Tensor[]): Record<string, () => Tensor>;
    inputs: Record<string, Tensor>;
  }): Tensor[];
}

/** What an op gives. */
export interface Forward {
  readonly value: Tensor;
  /** Further results, of which nobody takes a gradient. */
  readonly beside?: readonly Tensor[];
  /** What the backward pass reads beside the inputs. */
  readonly kept?: readonly Tensor[];
}

/** For each input, in their order, a function that computes the gradient. */
export type Backward = (dy: Tensor, inputs: Tensor[], kept: Tensor[]) => readonly (() => Tensor)[];

/**
 * The value of `forward` and what it gives beside, with `backward` in the place of what tensorflow.js would
 * record. On a device that runs op by op the gradient of a frozen weight is never computed.
 */
export function severalWithGradients(
  inputs: readonly Tensor[],
  forward: () => Forward,
  backward: Backward,
): Tensor[] {
  return (tf.engine() as unknown as Recorder).runKernelFunc({
    inputs: Object.fromEntries(inputs.entries()),
    forwardFunc(_backend, save) {
      const { value, beside = [], kept = [] } = forward();
      save([...inputs, ...kept]);
      return [value, ...beside];
    },
    backwardsFunc: (dys, saved) =>
      Object.fromEntries(
        backward([dys].flat()[0], saved.slice(0, inputs.length), saved.slice(inputs.length))
          .entries(),
      ),
  });
}

/** The value alone, as `severalWithGradients` gives it. */
export function withGradients(
  inputs: readonly Tensor[],
  forward: () => Omit<Forward, "beside">,
  backward: Backward,
): Tensor {
  return severalWithGradients(inputs, forward, backward)[0];
}
