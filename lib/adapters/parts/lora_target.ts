/**
 * One linear that LoRA or a method like it adapts.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import type { ConvCall, HookContext, ModelInfo } from "../../nn/method.ts";
import { asLinear, type ConvLayer, type LinearLayer } from "../../nn/layer.ts";
import type { LowRank } from "../../nn/adapter_delta.ts";

/** A layer with its rank and scale. */
export interface LoraTarget {
  /** A convolution as the linear layer of what its kernel sees: its weight is [outFeatures, inFeatures], too. */
  readonly layer: LinearLayer;
  /** Present for a convolution. */
  readonly convolution?: ConvLayer;
  readonly rank: number;
  /** What B·A is multiplied with. */
  readonly scale: number;
  /** The names of the two matrices. */
  readonly a: string;
  readonly b: string;
}

/** The site at a path. */
export function loraTargetOf(
  { layers }: ModelInfo,
  path: string,
  { rank, alpha, rankStabilised }: {
    readonly rank: number;
    readonly alpha: number;
    readonly rankStabilised: boolean;
  },
): LoraTarget {
  const layer = layers.find((layer) => layer.path === path) as LinearLayer | ConvLayer;
  const scale = alpha / (rankStabilised ? Math.sqrt(rank) : rank);
  const names = { a: `${path}.lora_A`, b: `${path}.lora_B` };
  return layer.kind === "conv"
    ? { layer: asLinear(layer), convolution: layer, rank, scale, ...names }
    : { layer, rank, scale, ...names };
}

/** The shapes of A and B: of a convolution [rank, inChannels, height, width] and [outChannels, rank, 1, 1]. */
export function shapesOf(
  { layer, convolution, rank }: LoraTarget,
): { readonly a: readonly number[]; readonly b: readonly number[] } {
  const { inFeatures, outFeatures } = layer;
  return convolution
    ? { a: [rank, convolution.inChannels, ...convolution.kernel], b: [outFeatures, rank, 1, 1] }
    : { a: [rank, inFeatures], b: [outFeatures, rank] };
}

/**
 * Throws an error of kind "input" where a rank is above a layer's width, which no matrix of the layer's
 * shape has. Folders and sums of adapters may have such ranks.
 *
 * @param option what sets the rank
 */
export function checkRank(
  method: string,
  option: string,
  targets: Iterable<Pick<LoraTarget, "layer" | "rank">>,
): void {
  const wrong = [...targets].filter(({ layer, rank }) =>
    rank > Math.max(layer.inFeatures, layer.outFeatures)
  );
  if (wrong.length === 0) return;
  const [{ layer: { path, inFeatures, outFeatures }, rank }] = wrong;
  throw new TunebookError(
    "input",
    `${method}: ${option} ${rank} is above the width of ${path}, which has ${inFeatures} inputs and ` +
      `${outFeatures} outputs; take a smaller one`,
  );
}

/** s·(x·Aᵀ)·Bᵀ, [tokens, outFeatures]. */
export function lowRankChange(
  { a, b, scale }: LoraTarget,
  x: Tensor,
  context: HookContext,
): Tensor {
  const low = tf.matMul(x, context.parameter(a), false, true); // [tokens, rank]
  return tf.mul(tf.matMul(low, context.parameter(b), false, true), scale);
}

/** What a convolution gains: A goes over x as the convolution does, B mixes what it found. */
export function lowRankConvolution(
  { a, b, scale }: LoraTarget,
  { x, convolve }: Pick<ConvCall, "x" | "convolve">,
  context: HookContext,
): Tensor {
  const low = convolve(x, context.parameter(a)); // [batch, rank, height, width]
  return tf.mul(ops.conv2d(low, context.parameter(b)), scale);
}

/** s·B·A as a tensor, [outFeatures, inFeatures]. */
export function weightChange({ a, b, scale }: LoraTarget, context: HookContext): Tensor {
  return tf.mul(tf.matMul(context.parameter(b), context.parameter(a)), scale);
}

/** How much slower a product is with a weight that changes: a frozen one is laid out beforehand. */
const changingWeight = 0.15;

/**
 * Compares the multiplications of a training step that the two ways have beyond x·Wᵀ and its
 * gradient dx: six products with the tokens where separate; where merged, the gradient of W', three
 * products of A's and B's size, and the slower products with W'.
 */
export function isMergedFaster({ layer, rank }: LoraTarget, tokens = 0): boolean {
  const { inFeatures, outFeatures } = layer;
  const weights = inFeatures * outFeatures;
  const separate = 3 * tokens * rank * (inFeatures + outFeatures);
  const merged = tokens * weights * (1 + 2 * changingWeight) + 3 * weights * rank;
  return separate > merged;
}

/** s·B·A by its factors, which are the values' own arrays. */
export function lowRankOf(
  { rank, scale, a, b }: LoraTarget,
  values: ReadonlyMap<string, Float32Array>,
): LowRank {
  const diagonal = new Float32Array(rank).fill(scale);
  return { rank, a: values.get(a)!, diagonal, b: values.get(b)! };
}

/** s·B·A as numbers, [outFeatures, inFeatures]. */
export function productOf(
  { layer, rank, scale, a, b }: LoraTarget,
  values: ReadonlyMap<string, Float32Array>,
): Float32Array {
  return scaledProduct(values.get(b)!, values.get(a)!, { ...layer, rank, scale });
}

/** scale·B·A with B [outFeatures, rank] and A [rank, inFeatures]. */
export function scaledProduct(
  b: Float32Array,
  a: Float32Array,
  { outFeatures, inFeatures, rank, scale }: {
    readonly outFeatures: number;
    readonly inFeatures: number;
    readonly rank: number;
    readonly scale: number;
  },
): Float32Array {
  const made = new Float32Array(outFeatures * inFeatures);
  for (let row = 0; row < outFeatures; row++) {
    const target = made.subarray(row * inFeatures, (row + 1) * inFeatures);
    for (let k = 0; k < rank; k++) {
      const factor = scale * b[row * rank + k];
      const source = a.subarray(k * inFeatures, (k + 1) * inFeatures);
      for (let column = 0; column < inFeatures; column++) target[column] += factor * source[column];
    }
  }
  return made;
}
