/**
 * The log probability of each token of texts, as an objective that a model is asked with.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { Objective } from "../nn/objective.ts";
import { evaluatedPieces } from "../tasks/shared/counted_tokens.ts";
import { evaluatedRows, nextAt } from "../tasks/shared/mean_token_loss.ts";

/**
 * Evaluation gives of each token its log probability at the temperature, [tokens], 0 for the first one.
 *
 * @param objective names the head
 */
export function scoredTokens(objective: Objective, temperature: number): Objective {
  const vocabSize = objective.outputs;
  return {
    ...objective,
    perRow: {
      outputs: 1,
      per: "token",
      batchSize: evaluatedRows,
      ofTokens: {
        pieces: evaluatedPieces(vocabSize),
        of: (logits, places, { ids }) =>
          tf.reshape(logProbsOf(logits, nextAt(ids, places), temperature), [-1, 1]),
      },
      of(numbers, { ids }) {
        const [rows, sequence] = ids.shape as [number, number];
        const all = tf.reshape(numbers, [rows, sequence, 1]);
        const before = tf.slice(all, [0, 0, 0], [rows, sequence - 1, 1]);
        const first = tf.zerosLike(tf.slice(all, [0, 0, 0], [rows, 1, 1]));
        return tf.concat([first, before], 1);
      },
    },
  };
}

/** log p of each token, [tokens], of logits [tokens, vocabSize]. */
function logProbsOf(logits: Tensor, tokens: Tensor, temperature: number): Tensor {
  const scaled = temperature === 1 ? logits : tf.div(logits, temperature);
  return tf.neg(ops.classCrossEntropy(scaled, tokens));
}
