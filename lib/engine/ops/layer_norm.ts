/**
 * Layer normalisation (Ba et al., arXiv 1607.06450).
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/**
 * Normalises the last axis to mean 0 and variance 1, then scales and shifts it.
 *
 * @param x [..., width]
 * @param scale [width]
 * @param offset [width]
 * @returns [..., width]
 */
export function layerNorm(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor {
  const run = tf.customGrad((...args) => {
    const [x, scale, offset] = args as unknown as Tensor[];
    const save = args[3] as unknown as (tensors: Tensor[]) => void;
    const [y, mean, inverse] = singleNode(
      "LayerNormalization",
      { x, scale, offset },
      { epsilon },
      () => composed(x, scale, offset, epsilon),
    );
    save([x, scale, mean, inverse]);
    return { value: y, gradFunc: backward };
  });
  return run(x, scale, offset);
}

function composed(x: Tensor, scale: Tensor, offset: Tensor, epsilon: number): Tensor[] {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon));
  const y = tf.add(tf.mul(tf.mul(centred, inverse), scale), offset);
  return [y, mean, inverse];
}

/**
 * With c = x − mean, g = dy·scale and h = g − mean(g): dx = (h − c·mean(h·c)/σ²) / σ, a pass less than with
 * c/σ, which only the scale's own gradient needs.
 */
function backward(dy: Tensor, saved: Tensor[]): Tensor[] {
  const [x, scale, mean, inverse] = saved;
  const centred = tf.sub(x, mean);
  const scaled = tf.mul(dy, scale);
  const moved = tf.sub(scaled, tf.mean(scaled, -1, true));
  const shared = tf.mul(tf.mean(tf.mul(moved, centred), -1, true), tf.square(inverse));
  const dx = tf.mul(tf.sub(moved, tf.mul(centred, shared)), inverse);
  const rows = x.shape.map((_, axis) => axis).slice(0, -1);
  return [dx, tf.sum(tf.mul(dy, tf.mul(centred, inverse)), rows), tf.sum(dy, rows)];
}
