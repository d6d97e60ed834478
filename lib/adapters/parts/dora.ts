/**
 * DoRA (Liu et al., arXiv 2402.09353): a linear's weight is m·(W + s·B·A) / ‖W + s·B·A‖, the norm
 * taken of each row, with the magnitudes m [outFeatures] trained beside A and B. They start at the norms
 * of W. The norm counts as a constant in the gradient (section 4.3).
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import type { ConvCall, HookContext, ModelInfo, Parameter } from "../../nn/method.ts";
import type { LinearChange, LowRank } from "../../nn/adapter_delta.ts";
import { magnitudeSuffix } from "../peft/lora.ts";
import {
  type LoraTarget,
  lowRankChange,
  lowRankConvolution,
  productOf,
  scaledProduct,
} from "./lora_target.ts";

const magnitudesAt = ({ layer }: LoraTarget) => `${layer.path}${magnitudeSuffix}`;
const weightAt = ({ layer }: LoraTarget) => `${layer.path}.weight`;

/** The magnitudes of a site. */
export function magnitudesOf({ weights }: ModelInfo, site: LoraTarget): Parameter {
  return {
    name: magnitudesAt(site),
    shape: site.convolution ? [1, site.layer.outFeatures, 1, 1] : [site.layer.outFeatures],
    decay: false,
    initial: () => rowNorms(weights.get(weightAt(site))!, site.layer.outFeatures),
  };
}

/** The linear's new output: with dropout the pretrained part, too, sees the thinned input, as in PEFT. */
export function doraChange(
  site: LoraTarget,
  dropout: number,
  { x, y }: { readonly x: Tensor; readonly y: Tensor },
  context: HookContext,
): Tensor {
  const weight = context.weight(weightAt(site));
  const length = lengthOf(site, context); // [outFeatures]
  const thinned = context.dropout(x, dropout);
  const plain = thinned === x
    ? withoutBias(site, y, context)
    : tf.matMul(thinned, weight, false, true);
  return lengthened(y, plain, lowRankChange(site, thinned, context), length);
}

/** The same of a convolution, whose rows are what its kernels see. */
export function doraConvolution(
  site: LoraTarget,
  dropout: number,
  { x, y, convolve }: ConvCall,
  context: HookContext,
): Tensor {
  const length = tf.reshape(lengthOf(site, context), [1, -1, 1, 1]);
  const thinned = context.dropout(x, dropout);
  const { path, bias } = site.layer;
  const own = () =>
    bias === false ? y : tf.sub(y, tf.reshape(context.weight(`${path}.bias`), [1, -1, 1, 1]));
  const plain = thinned === x ? own() : convolve(thinned, context.weight(weightAt(site)));
  return lengthened(y, plain, lowRankConvolution(site, { x: thinned, convolve }, context), length);
}

/** m / ‖W + s·B·A‖ by row, [outFeatures]. */
function lengthOf(site: LoraTarget, context: HookContext): Tensor {
  const { inFeatures, outFeatures } = site.layer;
  const matrix = (x: Tensor, rows: number) => tf.reshape(x, [rows, -1]);
  const weight = tf.reshape(context.weight(weightAt(site)), [outFeatures, inFeatures]);
  const a = matrix(constant(context.parameter(site.a)), site.rank);
  const b = matrix(constant(context.parameter(site.b)), outFeatures);
  const turned = tf.add(weight, tf.mul(tf.matMul(b, a), site.scale));
  const norm = tf.sqrt(tf.sum(tf.square(turned), 1));
  return tf.div(tf.reshape(context.parameter(magnitudesAt(site)), [outFeatures]), norm);
}

function lengthened(y: Tensor, plain: Tensor, change: Tensor, length: Tensor): Tensor {
  return tf.add(
    y,
    tf.add(tf.mul(plain, tf.sub(length, 1)), tf.mul(change, length)),
  );
}

function withoutBias({ layer }: LoraTarget, y: Tensor, context: HookContext): Tensor {
  return layer.bias === false ? y : tf.sub(y, context.weight(`${layer.path}.bias`));
}

/** What is added to the weight: m·(W + s·B·A) / ‖·‖ − W. */
export function doraMerged(
  { weights }: ModelInfo,
  site: LoraTarget,
  values: ReadonlyMap<string, Float32Array>,
): Float32Array {
  const { inFeatures, outFeatures } = site.layer;
  const base = values.get(weightAt(site)) ?? weights.get(weightAt(site))!;
  const turned = productOf(site, values).map((each, i) => each + base[i]);
  const norms = rowNorms(turned, outFeatures);
  const magnitudes = values.get(magnitudesAt(site))!;
  return turned.map((each, i) => {
    const row = Math.floor(i / inFeatures);
    return each * magnitudes[row] / norms[row] - base[i];
  });
}

/**
 * With c = m / ‖W + s·B·A‖ by row: c ∘ (W·x) + c ∘ (s·B·A·x) + b, as a change of y = W·x + b. Nothing
 * is trained any more, so that the norm is a number.
 */
export function doraParts(
  { weights }: ModelInfo,
  site: LoraTarget,
  low: LowRank,
  values: ReadonlyMap<string, Float32Array>,
): LinearChange {
  const { path, outFeatures, inFeatures, bias } = site.layer;
  const base = weights.get(weightAt(site))!;
  const b = low.b.map((each, i) => each * low.diagonal[i % low.rank]);
  const change = scaledProduct(b, low.a, {
    outFeatures,
    inFeatures,
    rank: low.rank,
    scale: 1,
  });
  const norms = rowNorms(change.map((each, i) => each + base[i]), outFeatures);
  const scale = values.get(magnitudesAt(site))!.map((each, row) => each / norms[row]);
  return {
    scale,
    low: { ...low, b: low.b.map((each, i) => each * scale[Math.floor(i / low.rank)]) },
    ...(bias === false
      ? {}
      : { offset: weights.get(`${path}.bias`)!.map((each, row) => each * (1 - scale[row])) }),
  };
}

function rowNorms(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return Float32Array.from({ length: rows }, (_, row) =>
    Math.sqrt(
      matrix.subarray(row * columns, (row + 1) * columns).reduce((sum, each) => sum + each ** 2, 0),
    ));
}

/** The same numbers, through which no gradient passes. */
const constant = tf.customGrad((x) => ({
  value: (x as Tensor).clone(),
  gradFunc: (dy: Tensor) => tf.zerosLike(dy),
}));
