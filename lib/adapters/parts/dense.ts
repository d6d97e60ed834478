/**
 * Small linears of a method's own encoder, named and started as PyTorch's.
 *
 * @module
 */
import type { Random } from "../../core/random.ts";
import { type Tensor, tf } from "../../engine/mod.ts";
import type { HookContext, Parameter } from "../../nn/method.ts";

/** Numbers uniform within ±bound. */
export function uniform(random: Random, size: number, bound: number): Float32Array {
  return Float32Array.from({ length: size }, () => (2 * random.uniform() - 1) * bound);
}

/** A table of normal numbers, as PyTorch starts an embedding. */
export function table(name: string, rows: number, width: number): Parameter {
  return {
    name,
    shape: [rows, width],
    decay: true,
    initial: (random) => Float32Array.from({ length: rows * width }, () => random.normal()),
  };
}

/** Weight and bias of a linear: uniform within ±1/√inFeatures, PyTorch's start, or zero. */
export function dense(
  name: string,
  inFeatures: number,
  outFeatures: number,
  { zero = false }: { readonly zero?: boolean } = {},
): Parameter[] {
  const bound = zero ? 0 : 1 / Math.sqrt(inFeatures);
  const part = (role: string, shape: number[], size: number): Parameter => ({
    name: `${name}.${role}`,
    shape,
    decay: role === "weight",
    initial: (random) => uniform(random, size, bound),
  });
  return [
    part("weight", [outFeatures, inFeatures], outFeatures * inFeatures),
    part("bias", [outFeatures], outFeatures),
  ];
}

/** x·Wᵀ + b, [rows, outFeatures]. */
export function apply(name: string, x: Tensor, context: Pick<HookContext, "parameter">): Tensor {
  const product = tf.matMul(x, context.parameter(`${name}.weight`), false, true);
  return tf.add(product, context.parameter(`${name}.bias`));
}
