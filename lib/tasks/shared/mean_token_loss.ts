/**
 * What evaluation asks of language models: the mean loss of each row's tokens.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import type { TextBatch } from "../../nn/family.ts";
import type { Objective } from "../../nn/objective.ts";
import { evaluatedPieces } from "./counted_tokens.ts";

/** 4 rows of 128 tokens have 100 MB of scores in a vocabulary of 50,000, which are there in pieces. */
export const evaluatedRows = 4;

/** The tokens that are predicted, [batch, sequence], and their mask. */
export type PredictedText = Pick<TextBatch, "ids" | "mask">;

/** Each row's own mean over all tokens but the first, whatever the loss counts; 0 for a row without any. */
export function meanTokenLoss(
  vocabSize: number,
  textOf: (batch: TextBatch) => PredictedText,
): NonNullable<Objective["perRow"]> {
  return {
    outputs: 1,
    batchSize: evaluatedRows,
    ofTokens: {
      pieces: evaluatedPieces(vocabSize),
      of: (logits, places, batch) =>
        tf.reshape(ops.classCrossEntropy(logits, nextAt(textOf(batch).ids, places)), [-1, 1]),
    },
    of(losses, batch) {
      const { mask } = textOf(batch);
      const [rows, sequence] = mask.shape as [number, number];
      const ofRows = tf.slice(tf.reshape(losses, [rows, sequence]), [0, 0], [rows, sequence - 1]);
      const counts = tf.cast(tf.slice(mask, [0, 1], [rows, sequence - 1]), "float32");
      const sums = tf.sum(tf.mul(ofRows, counts), 1, true);
      return tf.div(sums, tf.maximum(tf.sum(counts, 1, true), 1));
    },
  };
}

/**
 * The token after each of those at `places`, [tokens], counted through the rows of ids [batch, sequence];
 * after the last one of a row comes the row's first.
 */
export function nextAt(ids: Tensor, places: Tensor): Tensor {
  const [rows, sequence] = ids.shape as [number, number];
  const next = tf.concat([
    tf.slice(ids, [0, 1], [rows, sequence - 1]),
    tf.slice(ids, [0, 0], [rows, 1]),
  ], 1);
  return tf.gather(tf.reshape(next, [-1]), places as never);
}
