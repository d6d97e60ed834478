/**
 * What evaluation asks of a teacher of sampled answers: how likely it finds each token of the vocabulary.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { evaluatedPieces } from "../shared/counted_tokens.ts";
import { evaluatedRows } from "../shared/mean_token_loss.ts";

/**
 * The log probabilities of all tokens at each place given those before it, [batch, sequence, vocabulary]; 0 for the
 * first place. The logits are divided by `temperature` first.
 */
export function vocabularyLogProbabilities(
  vocabSize: number,
  temperature: number,
): NonNullable<Objective["perRow"]> {
  return {
    outputs: vocabSize,
    per: "token",
    batchSize: evaluatedRows,
    ofTokens: {
      pieces: evaluatedPieces(vocabSize),
      of: (logits) => tf.logSoftmax(tf.div(logits, temperature) as Tensor),
    },
    of(numbers, { ids }) {
      const [rows, sequence] = ids.shape as [number, number];
      const all = tf.reshape(numbers, [rows, sequence, vocabSize]);
      const before = tf.slice(all, [0, 0, 0], [rows, sequence - 1, vocabSize]);
      const first = tf.zerosLike(tf.slice(all, [0, 0, 0], [rows, 1, vocabSize]));
      return tf.concat([first, before], 1);
    },
  };
}
