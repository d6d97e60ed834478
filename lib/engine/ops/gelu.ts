/**
 * The Gaussian error linear unit (Hendrycks and Gimpel, arXiv 1606.08415), exact.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

const log = Math.log(2 / Math.sqrt(Math.PI));

/**
 * x·Φ(x), with Φ the distribution function of the standard normal. With z = x/√2 and
 * p = 1 + erf(z) the value is z·p/√2 and its derivative (p + z·exp(ln(2/√π) − z²))/2, so that the
 * error function is computed once. All that reads x is z, whose factor moves into the product that x is.
 *
 * @param x any shape
 */
export function gelu(x: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const x = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    const [value] = singleNode("Gelu", { x }, {}, () => {
      const z = tf.mul(x, Math.SQRT1_2);
      const p = tf.add(tf.erf(z), 1);
      save([z, p]);
      return [tf.mul(tf.mul(z, p), Math.SQRT1_2)];
    }, { needs: "infers" });
    return { value, gradFunc: backward };
  });
  return run(x);
}

function backward(dy: Tensor, saved: Tensor[]): Tensor {
  const [z, p] = saved;
  const bell = tf.exp(tf.sub(log, tf.square(z)));
  return tf.mul(tf.mul(dy, 0.5), tf.add(p, tf.mul(z, bell)));
}
