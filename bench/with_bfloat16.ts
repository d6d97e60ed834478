/**
 * A training whose linear layers round as mixed precision in bfloat16 does, simulated in float32.
 *
 * @module
 */
import { type Tensor, tf } from "../lib/engine/mod.ts";
import { LazyMap } from "../lib/core/lazy_map.ts";
import type { AttachedMethod } from "../lib/nn/method.ts";
import type { TrainableModel } from "../lib/nn/trainable_model.ts";

/** Times this, and the difference taken again, a float32 keeps eight bits (Veltkamp's splitting). */
const splitter = 2 ** 16 + 1;

/** Numbers rounded to bfloat16, as arrays. */
export function roundToBfloat16(numbers: Float32Array): Float32Array {
  return numbers.map((number) => {
    const large = Math.fround(number * splitter);
    return Math.fround(large - Math.fround(large - number));
  });
}

/** A tensor rounded to bfloat16 in the forward pass, and its gradient in the backward pass. */
const rounded = tf.customGrad((x) => ({
  value: split(x as Tensor),
  gradFunc: (dy: Tensor) => split(dy),
}));

function split(x: Tensor): Tensor {
  const large = tf.mul(x, splitter);
  return tf.sub(large, tf.sub(large, x));
}

/** The same training with weights, inputs and outputs of all linear layers in bfloat16. */
export function withBfloat16(trainable: TrainableModel): TrainableModel {
  const { model, adapter } = trainable;
  const { weight: _, ...others } = adapter;
  const rounding: AttachedMethod = {
    ...others,
    linearInput: (path, x, context) => rounded(adapter.linearInput?.(path, x, context) ?? x),
    output(path, x, y, context) {
      const given = rounded(y);
      return adapter.output?.(path, x, given, context) ?? given;
    },
  };
  const weights = new LazyMap(
    [...model.weights.keys()].map((path) =>
      [path, () => roundToBfloat16(model.weights.get(path)!)] as const
    ),
  );
  return { ...trainable, model: { ...model, weights }, adapter: rounding };
}
