/**
 * The losses of rows out of the logits of their tokens.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";

/**
 * The mean cross-entropy of the next token of each row, as evaluation has it.
 *
 * @param logits [rows, sequence, vocabSize]
 * @param ids [rows, sequence]
 * @param mask 1 for a token, 0 for padding before or behind the tokens, [rows, sequence]
 * @returns [rows, 1]; 0 for a row of a single token
 */
export function meanTokenLosses(
  logits: HostTensor,
  ids: HostTensor,
  mask: HostTensor,
): HostTensor {
  const [rows, sequence, vocabSize] = logits.shape;
  const all = logits.data as Float32Array;
  const losses = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    let count = 0;
    for (let at = row * sequence; at < (row + 1) * sequence - 1; at++) {
      if (Number(mask.data[at]) === 0 || Number(mask.data[at + 1]) === 0) continue;
      const scores = all.subarray(at * vocabSize, (at + 1) * vocabSize);
      sum += logSumOf(scores) - scores[ids.data[at + 1]];
      count++;
    }
    losses[row] = sum / Math.max(1, count);
  }
  return { shape: [rows, 1], data: losses };
}

/** The logarithm of the sum of exponentials. */
function logSumOf(scores: Float32Array): number {
  const largest = scores.reduce((most, each) => Math.max(most, each), -Infinity);
  const sum = scores.reduce((total, each) => total + Math.exp(each - largest), 0);
  return largest + Math.log(sum);
}
