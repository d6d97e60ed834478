/**
 * Attention that keeps no weights for the backward pass.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";

/** What attention reads; heads that share keys are further queries of one head. */
export interface AttendInputs {
  /** [batch, heads of keys, shared · queries, size] */
  readonly queries: Tensor;
  /** [batch, heads of keys, keys, size] */
  readonly keys: Tensor;
  /** [batch, heads of keys, keys, size] */
  readonly values: Tensor;
  /** Added to the scores, [batch, 1, queries, keys]; it takes no gradient. */
  readonly bias: Tensor;
}

/** The sizes of the scores, and their factor. */
export interface AttendOptions {
  /** Heads of queries. */
  readonly heads: number;
  readonly queries: number;
  readonly scale: number;
}

/**
 * softmax(scale · q·kᵀ + bias)·v, [batch, heads of keys, shared · queries, size]. The backward pass computes
 * the weights a second time: they are as large as all heads' queries times keys, and the product is a
 * seventh of attention's work. The sum that softmax's gradient needs of each row is that of y·dy (Dao et
 * al., arXiv 2205.14135).
 */
export function attend(
  { queries, keys, values, bias }: AttendInputs,
  { heads, queries: count, scale }: AttendOptions,
): Tensor {
  const weightsOf = (q: Tensor, k: Tensor, bias: Tensor) => {
    const products = tf.mul(tf.matMul(q, k, false, true), scale);
    const [batch, shared, rows, length] = products.shape as [number, number, number, number];
    const scores = tf.reshape(products, [batch, heads, count, length]);
    const weights = tf.softmax(tf.add(scores, bias));
    return tf.reshape(weights, [batch, shared, rows, length]);
  };
  const run = tf.customGrad((...args) => {
    const [q, k, v] = args as unknown as Tensor[];
    const save = args[3] as unknown as (tensors: Tensor[]) => void;
    const value = tf.matMul(weightsOf(q, k, bias), v);
    save([q, k, v, bias, value]);
    return {
      value,
      gradFunc(dy: Tensor, [q, k, v, bias, y]: Tensor[]) {
        const weights = weightsOf(after(q, dy), k, bias);
        const sums = tf.sum(tf.mul(dy, y), -1, true);
        const byScores = tf.mul(weights, tf.sub(tf.matMul(dy, v, false, true), sums));
        return [
          tf.mul(tf.matMul(byScores, k), scale),
          tf.mul(tf.matMul(byScores, q, true), scale),
          tf.matMul(weights, dy, true),
        ];
      },
    };
  });
  return run(queries, keys, values);
}
