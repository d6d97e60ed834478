/**
 * Normalisation by the root mean square (Zhang and Sennrich, arXiv 1910.07467).
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { isInferring } from "../trace_backend.ts";
import { singleNode } from "./single_node.ts";

/**
 * Divides the last axis by its root mean square, then scales it.
 *
 * @param x [..., width]
 * @param scale [width]
 * @returns [..., width]
 */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon: number): Tensor {
  const composed = () => {
    const square = tf.mean(tf.square(x), -1, true);
    return [tf.mul(tf.mul(x, tf.rsqrt(tf.add(square, epsilon))), scale)];
  };
  if (!isInferring()) return composed()[0];
  return singleNode("RmsNorm", { x, scale }, { epsilon }, composed)[0];
}
