/**
 * The logarithm of odds.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/** What is surer than this has odds that no float32 holds. */
const leastDoubt = 1e-7;

/** log p − log(1 − p), of log p; 1 − p is tanh(−log p / 2) · (1 + p), which cancels nothing. */
export function logOdds(logProbability: Tensor): Tensor {
  const x = tf.minimum(logProbability, -leastDoubt);
  const doubt = tf.mul(tf.tanh(tf.mul(x, -1 / 2)), tf.add(tf.exp(x), 1));
  return tf.sub(x, tf.log(doubt));
}
