/**
 * The sigmoid linear unit (arXiv 1606.08415, 1702.03118), alone and as a gate (Shazeer, arXiv 2002.05202).
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";
import { singleNode } from "./single_node.ts";

const value = (x: Tensor) =>
  singleNode("Silu", { x }, {}, () => [tf.mul(x, tf.sigmoid(x))], { needs: "contrib" })[0];

/** With s = σ(x) and y = x·s, the derivative of y is s·(1 + x − y). */
function slope(x: Tensor, s: Tensor, y: Tensor): Tensor {
  return tf.mul(tf.add(tf.sub(x, y), 1), s);
}

/**
 * x·σ(x). The backward pass keeps x alone.
 *
 * @param x any shape
 */
export function silu(x: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const x = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    save([x]);
    return {
      value: value(x),
      gradFunc(dy: Tensor, [saved]: Tensor[]) {
        const x = after(saved, dy);
        const s = tf.sigmoid(x);
        return tf.mul(dy, slope(x, s, tf.mul(x, s)));
      },
    };
  });
  return run(x);
}

/**
 * silu(gate)·up. The backward pass keeps the two and computes the rest again, which is a fraction of the
 * products beside it.
 *
 * @param gate any shape
 * @param up the same shape
 */
export function gatedSilu(gate: Tensor, up: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const [gate, up] = args as unknown as Tensor[];
    const save = args[2] as unknown as (tensors: Tensor[]) => void;
    save([gate, up]);
    return {
      value: tf.mul(value(gate), up),
      gradFunc(dy: Tensor, [saved, up]: Tensor[]) {
        const gate = after(saved, dy);
        const s = tf.sigmoid(gate);
        const y = tf.mul(gate, s);
        return [tf.mul(tf.mul(dy, up), slope(gate, s, y)), tf.mul(dy, y)];
      },
    };
  });
  return run(gate, up);
}
