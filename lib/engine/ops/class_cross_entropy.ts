/**
 * Cross-entropy of one class a row, from logits.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { singleNode } from "./single_node.ts";

/** How classes are compared. */
export interface ClassCrossEntropyOptions {
  /** The share of each target that is spread evenly over all classes; 0 unless given. */
  readonly labelSmoothing?: number;
}

/**
 * −log softmax(z) at each row's class. Its derivative by z is softmax(z) less 1 at the class. With label
 * smoothing ε the mean of all classes takes the share ε, as in PyTorch's `CrossEntropyLoss`. Compiled, it
 * makes no one-hot rows, and of the logits' size only their logarithms and the gradient.
 *
 * @param logits [n, classes]
 * @param ids int32 class ids [n]
 * @returns [n]
 */
export function classCrossEntropy(
  logits: Tensor,
  ids: Tensor,
  { labelSmoothing: smoothing = 0 }: ClassCrossEntropyOptions = {},
): Tensor {
  const classes = logits.shape[1]!;
  const targets = () => {
    const hot = tf.cast(tf.oneHot(ids as Parameters<typeof tf.oneHot>[0], classes), "float32");
    return tf.add(tf.mul(hot, 1 - smoothing), smoothing / classes);
  };
  const run = tf.customGrad((...args) => {
    const [logits, save] = args as unknown as [Tensor, (tensors: Tensor[]) => void];
    const given = { logits, ids };
    const [losses, logarithms] = singleNode("ClassCrossEntropy", given, { smoothing }, () => {
      const logarithms = tf.logSoftmax(logits);
      return [tf.neg(tf.sum(tf.mul(targets(), logarithms), 1)), logarithms];
    });
    save([logarithms, ids]);
    return {
      value: losses,
      gradFunc(dy: Tensor, [logarithms, ids]: Tensor[]) {
        const given = { logarithms, ids, dy };
        const [gradient] = singleNode("ClassCrossEntropyGrad", given, { smoothing }, () => {
          const shares = tf.exp(logarithms);
          return [tf.mul(tf.sub(shares, targets()), tf.reshape(dy, [-1, 1]))];
        });
        return gradient;
      },
    };
  });
  return run(logits);
}
