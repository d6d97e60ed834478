/**
 * What evaluation asks of a model whose answers are compared or sampled: the logarithm of the probability of each
 * token.
 *
 * @module
 */
import { ops, type Tensor, tf } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { evaluatedPieces } from "./counted_tokens.ts";
import { evaluatedRows, nextAt } from "./mean_token_loss.ts";

/**
 * log p of each token given those before it, [batch, sequence, 1]; 0 for the first one. The logits are divided by
 * `temperature` first, 1 unless given.
 */
export function tokenLogProbabilities(
  vocabSize: number,
  temperature = 1,
): NonNullable<Objective["perRow"]> {
  const scaled = (logits: Tensor) => temperature === 1 ? logits : tf.div(logits, temperature);
  return {
    outputs: 1,
    per: "token",
    batchSize: evaluatedRows,
    ofTokens: {
      pieces: evaluatedPieces(vocabSize),
      of: (logits, places, { ids }) =>
        tf.reshape(tf.neg(ops.classCrossEntropy(scaled(logits), nextAt(ids, places))), [-1, 1]),
    },
    of(numbers, { ids }) {
      const [rows, sequence] = ids.shape as [number, number];
      const all = tf.reshape(numbers, [rows, sequence, 1]);
      const before = tf.slice(all, [0, 0, 0], [rows, sequence - 1, 1]);
      const first = tf.zerosLike(tf.slice(all, [0, 0, 0], [rows, 1, 1]));
      return tf.concat([first, before], 1);
    },
  };
}
