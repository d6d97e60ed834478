/**
 * The three functions that convolutions and their gradients are made of, in one node where the device has it.
 *
 * @module
 */
import type { NamedAttrMap, Tensor } from "../../tf.ts";
import { singleNode } from "../single_node.ts";
import {
  type Convolution,
  eagerConvolution,
  eagerConvolutionBack,
  eagerWeightGradient,
} from "./eager.ts";
import type { Pair } from "./window.ts";

const attrsOf = (options: Convolution & { readonly size?: Pair }) =>
  options as unknown as NamedAttrMap;

/** x [n, in, h, w] and weight [out, in / groups, kh, kw] → [n, out, …]. */
export function convolve(x: Tensor, weight: Tensor, options: Convolution): Tensor {
  return singleNode("Convolution", { x, weight }, attrsOf(options), () => [
    eagerConvolution(x, weight, options),
  ])[0];
}

/** What `convolve` sees, of height and width `size`, from what it gives: its gradient by x. */
export function convolveBack(
  y: Tensor,
  weight: Tensor,
  options: Convolution,
  size: Pair,
): Tensor {
  const attrs = attrsOf({ ...options, size });
  return singleNode("ConvolutionTranspose", { x: y, weight }, attrs, () => [
    eagerConvolutionBack(y, weight, options, size),
  ])[0];
}

/** The gradient of `convolve` by its weight. */
export function convolveWeight(x: Tensor, dy: Tensor, options: Convolution): Tensor {
  return singleNode("ConvolutionWeight", { x, dy }, attrsOf(options), () => [
    eagerWeightGradient(x, dy, options),
  ])[0];
}
