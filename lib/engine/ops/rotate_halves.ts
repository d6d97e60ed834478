/**
 * Rotary positions (Su et al., arXiv 2104.09864), in the order of Llama's heads.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/**
 * Turns every head: the first half of its numbers are the one coordinates, the second half the other.
 * The gradient turns back.
 *
 * @param x [tokens, heads · size]
 * @param cos [tokens, size / 2]; no gradient is taken by it, as by `sin`
 * @param sin [tokens, size / 2]
 * @returns [tokens, heads · size]
 */
export function rotateHalves(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const x = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    save([cos, sin]);
    return {
      value: turned(x, cos, sin),
      gradFunc: (dy: Tensor, [cos, sin]: Tensor[]) => turned(dy, cos, tf.neg(sin)),
    };
  });
  return run(x);
}

function turned(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const composed = () => [composedOf(x, cos, sin)];
  return singleNode("RotateHalves", { x, cos, sin }, {}, composed, { needs: "contrib" })[0];
}

function composedOf(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const [tokens, width] = x.shape as [number, number];
  const half = cos.shape[1]!;
  const heads = width / (2 * half);
  const whole = tf.reshape(x, [tokens, heads, 2 * half]);
  const part = (i: number) => tf.slice(whole, [0, 0, i * half], [tokens, heads, half]);
  const [a, b] = [part(0), part(1)];
  const [c, s] = [cos, sin].map((table) => tf.reshape(table, [tokens, 1, half]));
  const both = tf.concat([
    tf.sub(tf.mul(a, c), tf.mul(b, s)),
    tf.add(tf.mul(b, c), tf.mul(a, s)),
  ], 2);
  return tf.reshape(both, [tokens, width]);
}
