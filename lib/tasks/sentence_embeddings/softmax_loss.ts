/**
 * The loss for pairs with a class, such as what one sentence says about the other: a classifier on
 * both vectors and their difference is trained with the model (Reimers and Gurevych, "Sentence-BERT",
 * 2019, arXiv 1908.10084; Conneau et al., "Supervised learning of universal sentence
 * representations", 2017, arXiv 1705.02364).
 *
 * @module
 */
import type { Random } from "../../core/random.ts";
import { tf } from "../../engine/mod.ts";
import { crossEntropy } from "../shared/cross_entropy.ts";
import { type EmbeddingLoss, rowNumbers, rowsAt } from "./loss.ts";

/** The sizes of the classifier. */
export interface SoftmaxOptions {
  /** Numbers of a vector. */
  readonly hiddenSize: number;
  readonly classes: number;
}

/** The classifier's tensors. */
const weight = "loss.classifier.weight";
const bias = "loss.classifier.bias";

/**
 * Cross-entropy of W·[u, v, |u − v|] + b, as `SoftmaxLoss` of sentence-transformers. W [classes,
 * 3 · hidden] and b [classes] start as PyTorch's linear layers do, and are no part of what is kept. The
 * scores of the groups are the numbers of their classes.
 */
export function softmaxLoss({ hiddenSize, classes }: SoftmaxOptions): EmbeddingLoss {
  const features = 3 * hiddenSize;
  const bound = 1 / Math.sqrt(features);
  const uniform = (size: number) => (random: Random) =>
    Float32Array.from({ length: size }, () => bound * (2 * random.uniform() - 1));
  return {
    acrossBatch: false,
    feeds: {
      firsts: rowNumbers("pairs"),
      seconds: rowNumbers("pairs"),
      classes: rowNumbers("pairs"),
    },
    parameters: [
      {
        name: weight,
        shape: [classes, features],
        decay: true,
        initial: uniform(classes * features),
      },
      { name: bias, shape: [classes], decay: false, initial: uniform(classes) },
    ],
    sum(embeddings, { firsts, seconds, classes, [weight]: matrix, [bias]: offset }) {
      const first = tf.gather(embeddings, firsts);
      const second = tf.gather(embeddings, seconds);
      const both = tf.concat([first, second, tf.abs(tf.sub(first, second))], 1);
      return tf.sum(crossEntropy(tf.add(tf.matMul(both, matrix, false, true), offset), classes));
    },
    targetsOf: ({ texts, scores }) => ({
      firsts: rowsAt(texts, 0),
      seconds: rowsAt(texts, 1),
      classes: { shape: [scores.length], data: Int32Array.from(scores) },
    }),
  };
}
