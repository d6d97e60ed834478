/**
 * Embeddings that may be cut: a loss is asked of their first numbers, too (Kusupati et al.,
 * "Matryoshka representation learning", 2022, arXiv 2205.13147).
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import { type EmbeddingLoss, unit } from "./loss.ts";

/**
 * The sum of a loss on the first `dimensions` numbers of each embedding, made to length 1 anew, as
 * `MatryoshkaLoss` of sentence-transformers with equal weights.
 */
export function matryoshka(loss: EmbeddingLoss, dimensions: readonly number[]): EmbeddingLoss {
  return {
    ...loss,
    sum(embeddings, feeds) {
      const rows = embeddings.shape[0];
      return dimensions
        .map((size) => loss.sum(unit(tf.slice(embeddings, [0, 0], [rows, size])), feeds))
        .reduce((total, each) => tf.add(total, each));
    },
  };
}
