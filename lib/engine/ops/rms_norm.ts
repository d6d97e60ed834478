/**
 * Root mean square normalisation (Zhang and Sennrich, arXiv 1910.07467).
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/**
 * Divides the last axis by its root mean square and scales it. The backward pass keeps x and one number
 * a row.
 *
 * @param x [..., width]
 * @param scale [width]
 * @returns [..., width]
 */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon: number): Tensor {
  const run = tf.customGrad((...args) => {
    const [x, scale] = args as unknown as Tensor[];
    const save = args[2] as unknown as (tensors: Tensor[]) => void;
    const [y, inverse] = singleNode("RmsNormalization", { x, scale }, { epsilon }, () => {
      const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon));
      return [tf.mul(tf.mul(x, inverse), scale), inverse];
    }, { needs: "contrib" });
    save([x, scale, inverse]);
    return { value: y, gradFunc: backward };
  });
  return run(x, scale);
}

/** With r = 1/rms and g = dy·scale: dx = g·r − x·r³·mean(g·x). */
function backward(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [x, scale, inverse] = saved;
  const scaled = tf.mul(dy, scale);
  const shared = tf.mean(tf.mul(scaled, x), -1, true);
  const cubed = tf.mul(tf.square(inverse), inverse);
  const dx = tf.sub(tf.mul(scaled, inverse), tf.mul(x, tf.mul(shared, cubed)));
  const rows = x.shape.map((_, axis) => axis).slice(0, -1);
  return [dx, tf.sum(tf.mul(dy, tf.mul(x, inverse)), rows)];
}
