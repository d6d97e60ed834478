/**
 * The loss for pairs with a score that the cosine itself should have (Reimers and Gurevych,
 * "Sentence-BERT", 2019, arXiv 1908.10084).
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import { type EmbeddingLoss, numbers, rowCosines, rowNumbers, rowsAt, scoresOf } from "./loss.ts";

/** (cosine − score)², as `CosineSimilarityLoss` of sentence-transformers. */
export function cosineSimilarity(): EmbeddingLoss {
  return {
    acrossBatch: false,
    feeds: {
      firsts: rowNumbers("pairs"),
      seconds: rowNumbers("pairs"),
      scores: numbers("pairs"),
    },
    sum(embeddings, { firsts, seconds, scores }) {
      const cosines = rowCosines(tf.gather(embeddings, firsts), tf.gather(embeddings, seconds));
      return tf.sum(tf.square(tf.sub(cosines, scores)));
    },
    targetsOf: (batch) => ({
      firsts: rowsAt(batch.texts, 0),
      seconds: rowsAt(batch.texts, 1),
      scores: scoresOf(batch),
    }),
  };
}
