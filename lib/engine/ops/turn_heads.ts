/**
 * Rotary positions (Su et al., arXiv 2104.09864).
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { isInferring } from "../trace_backend.ts";
import { singleNode } from "./single_node.ts";

/**
 * Turns every head: the first half of its numbers are the one coordinates, the second half the other.
 *
 * @param x [tokens, heads · size]
 * @param cos [tokens, size / 2], as `sin`
 */
export function turnHeads(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [tokens, width] = x.shape as [number, number];
  const half = cos.shape[1]!;
  const composed = () => {
    const heads = width / (2 * half);
    const whole = tf.reshape(x, [tokens, heads, 2 * half]);
    const part = (i: number) => tf.slice(whole, [0, 0, i * half], [tokens, heads, half]);
    const [a, b] = [part(0), part(1)];
    const [c, s] = [cos, sin].map((each) => tf.reshape(each, [tokens, 1, half]));
    const turned = tf.concat([
      tf.sub(tf.mul(a, c), tf.mul(b, s)),
      tf.add(tf.mul(b, c), tf.mul(a, s)),
    ], 2);
    return [tf.reshape(turned, [tokens, width])];
  };
  if (!isInferring()) return composed()[0];
  return singleNode("Rotate", { x, cos, sin }, {}, composed)[0];
}
