/**
 * Cross-entropy of independent yes-or-no targets, from logits.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/**
 * max(z, 0) − z·t + log(1 + exp(−|z|)) for each element: stable for logits of any size. Its
 * derivative by z is sigmoid(z) − t.
 *
 * @param logits any shape
 * @param targets the same shape, in [0, 1]; takes no gradient
 */
export function binaryCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  const run = tf.customGrad((...args) => {
    const [logits, targets] = args as unknown as Tensor[];
    const save = args[2] as unknown as (tensors: Tensor[]) => void;
    save([logits, targets]);
    const soft = tf.log1p(tf.exp(tf.neg(tf.abs(logits))));
    return {
      value: tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), soft),
      gradFunc: (dy: Tensor, [logits, targets]: Tensor[]) => [
        tf.mul(dy, tf.sub(tf.sigmoid(logits), targets)),
        tf.zerosLike(targets),
      ],
    };
  });
  return run(logits, targets);
}
