/**
 * Cross-entropy of one class a row, from logits.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/**
 * −log softmax(z) at each row's class. Its derivative by z is softmax(z) less 1 at the class. Compiled, it
 * makes no one-hot rows, and of the logits' size only their logarithms and the gradient.
 *
 * @param logits [n, classes]
 * @param ids int32 class ids [n]
 * @returns [n]
 */
export function classCrossEntropy(logits: Tensor, ids: Tensor): Tensor {
  const oneHot = () =>
    tf.cast(tf.oneHot(ids as Parameters<typeof tf.oneHot>[0], logits.shape[1]!), "float32");
  const run = tf.customGrad((...args) => {
    const [logits, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const [losses, logarithms] = singleNode("ClassCrossEntropy", { logits, ids }, {}, () => {
      const logarithms = tf.logSoftmax(logits);
      return [tf.neg(tf.sum(tf.mul(oneHot(), logarithms), 1)), logarithms];
    });
    save([logarithms, ids]);
    return {
      value: losses,
      gradFunc(dy: Tensor, [logarithms, ids]: Tensor[]) {
        const inputs = { logarithms, ids, dy };
        const [gradient] = singleNode("ClassCrossEntropyGrad", inputs, {}, () => {
          const shares = tf.exp(logarithms);
          return [tf.mul(tf.sub(shares, oneHot()), tf.reshape(dy, [-1, 1]))];
        });
        return gradient;
      },
    };
  });
  return run(logits);
}
