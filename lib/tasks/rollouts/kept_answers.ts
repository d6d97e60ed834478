/**
 * The answers of a rollout as the numbers that a checkpoint keeps, so that steps which still learn from them
 * go on to the same bits.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { LearnedAnswer } from "./learned_answer.ts";

/** sequence, tokens, tokens of the answer, advantage, whether it counts, and what else it has. */
const header = 6;
/** Log probabilities by the reference, and estimates of tokens: their sum says which an answer has. */
const [withReference, withEstimates] = [1, 2];

/** The answers by their sequences, one after the other. */
export function keptAnswers(answers: ReadonlyMap<number, LearnedAnswer>): Float32Array {
  const numbers: number[] = [];
  for (const [sequence, { ids, length, advantage, counts, ...of }] of answers) {
    const { oldLogProbs, referenceLogProbs, estimates } = of;
    numbers.push(
      sequence,
      ids.length,
      length,
      advantage,
      Number(counts),
      (referenceLogProbs ? withReference : 0) + (estimates ? withEstimates : 0),
    );
    numbers.push(...ids, ...oldLogProbs, ...referenceLogProbs ?? []);
    if (estimates) {
      numbers.push(...estimates.advantages, ...estimates.oldValues, ...estimates.returns);
    }
  }
  return Float32Array.from(numbers);
}

/** The answers again. Throws an error of kind "weights" for numbers that are not these. */
export function answersOfKept(kept: Float32Array): Map<number, LearnedAnswer> {
  const answers = new Map<number, LearnedAnswer>();
  let at = 0;
  const take = (count: number): Float32Array => {
    if (!(count >= 0) || at + count > kept.length) {
      throw new TunebookError("weights", "the checkpoint's rollout is damaged");
    }
    return kept.slice(at, at += count);
  };
  while (at < kept.length) {
    const [sequence, tokens, length, advantage, counts, has] = take(header);
    const list = () => take(length);
    answers.set(sequence, {
      ids: Int32Array.from(take(tokens)),
      length,
      oldLogProbs: list(),
      ...(has & withReference ? { referenceLogProbs: list() } : {}),
      ...(has & withEstimates
        ? { estimates: { advantages: list(), oldValues: list(), returns: list() } }
        : {}),
      advantage,
      counts: counts === 1,
    });
  }
  return answers;
}
