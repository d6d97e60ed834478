/**
 * The loss for pairs with a score that looks only at the order of the scores (CoSENT, Su 2022,
 * https://kexue.fm/archives/8847).
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import { type EmbeddingLoss, numbers, rowCosines, rowNumbers, rowsAt, scoresOf } from "./loss.ts";

/** Added to a difference, it leaves nothing of it in the sum of exponentials. */
const never = -1e9;

/**
 * log(1 + Σ exp(scale · (cosᵢ − cosⱼ))) over all two pairs of the batch of which i has the lower
 * score, for each pair once, as `CoSENTLoss` of sentence-transformers: the loss of a batch does not
 * grow with it, so that here it is multiplied with the number of pairs.
 */
export function cosent({ scale }: { readonly scale: number }): EmbeddingLoss {
  return {
    acrossBatch: true,
    feeds: {
      firsts: rowNumbers("pairs"),
      seconds: rowNumbers("pairs"),
      scores: numbers("pairs"),
    },
    sum(embeddings, { firsts, seconds, scores }) {
      const cosines = tf.mul(
        rowCosines(tf.gather(embeddings, firsts), tf.gather(embeddings, seconds)),
        scale,
      );
      const lower = tf.less(tf.reshape(scores, [-1, 1]), tf.reshape(scores, [1, -1]));
      const left = tf.mul(tf.sub(1, tf.cast(lower, "float32")), never);
      const apart = tf.sub(tf.reshape(cosines, [-1, 1]), tf.reshape(cosines, [1, -1]));
      // log(1 + Σ exp) of the logarithm of the sum.
      const loss = tf.softplus(tf.logSumExp(tf.logSumExp(tf.add(apart, left), 1)));
      return tf.mul(loss, tf.sum(tf.onesLike(scores)));
    },
    targetsOf: (batch) => ({
      firsts: rowsAt(batch.texts, 0),
      seconds: rowsAt(batch.texts, 1),
      scores: scoresOf(batch),
    }),
  };
}
