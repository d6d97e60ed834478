/**
 * The loss for pairs that are alike (1) or not (0): those that are not need only be a margin apart
 * (Hadsell et al., "Dimensionality reduction by learning an invariant mapping", 2006).
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import { type DistanceName, distances } from "./distance.ts";
import { type EmbeddingLoss, numbers, rowNumbers, rowsAt, scoresOf } from "./loss.ts";

/** How far apart. */
export interface ContrastiveOptions {
  readonly distance: DistanceName;
  readonly margin: number;
}

/** ½·(y·d² + (1 − y)·max(margin − d, 0)²), as `ContrastiveLoss` of sentence-transformers. */
export function contrastive({ distance, margin }: ContrastiveOptions): EmbeddingLoss {
  return {
    acrossBatch: false,
    feeds: {
      firsts: rowNumbers("pairs"),
      seconds: rowNumbers("pairs"),
      alike: numbers("pairs"),
    },
    sum(embeddings, { firsts, seconds, alike }) {
      const apart = distances[distance](
        tf.gather(embeddings, firsts),
        tf.gather(embeddings, seconds),
      );
      const near = tf.mul(alike, tf.square(apart));
      const far = tf.mul(tf.sub(1, alike), tf.square(tf.relu(tf.sub(margin, apart))));
      return tf.div(tf.sum(tf.add(near, far)), 2);
    },
    targetsOf: (batch) => ({
      firsts: rowsAt(batch.texts, 0),
      seconds: rowsAt(batch.texts, 1),
      alike: scoresOf(batch),
    }),
  };
}
