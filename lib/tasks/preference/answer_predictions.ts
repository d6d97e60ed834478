/**
 * What a model gave for each token → what it thinks of the answers.
 *
 * @module
 */
import type { WrittenAnswers } from "../../nn/preference_predictions.ts";
import type { Outputs } from "../../nn/task.ts";
import { type AnswerSequence, answerTokens } from "./encode_answers.ts";

/** log p of answers before the training: of each whole answer, and of its tokens where they are known. */
export interface AnswerReference {
  /** [sequences] */
  readonly logProbabilities: Float64Array;
  /** log p of each token, [sequences][tokens]. */
  readonly byToken?: Outputs;
}

/** The sum over each answer's tokens, [sequences]. */
export function answerLogProbabilities(
  sequences: readonly AnswerSequence[],
  outputs: Outputs,
): Float64Array {
  return Float64Array.from(sequences, ({ counts }, at) => {
    let sum = 0;
    for (let token = 1; token < counts.length; token++) {
      if (counts[token]) sum += outputs[at][token];
    }
    return sum;
  });
}

/** What the model before the training gave. */
export function answerReference(
  sequences: readonly AnswerSequence[],
  outputs: Outputs,
): AnswerReference {
  return { logProbabilities: answerLogProbabilities(sequences, outputs), byToken: outputs };
}

/** The answers of some sequences, with the reward that the loss gives them. */
export function writtenAnswers(
  chosen: readonly number[],
  { sequences, outputs, logProbabilities, reference, rewardOf }: {
    readonly sequences: readonly AnswerSequence[];
    readonly outputs: Outputs;
    readonly logProbabilities: Float64Array;
    readonly reference?: AnswerReference | undefined;
    rewardOf(logProbability: number, reference: number, tokens: number): number;
  },
): WrittenAnswers {
  const tokens = chosen.map((at) => Math.max(1, answerTokens(sequences[at])));
  const { byToken } = reference ?? {};
  return {
    rowOf: Int32Array.from(chosen, (at) => sequences[at].row),
    rewards: Float64Array.from(
      chosen,
      (at, i) => rewardOf(logProbabilities[at], reference?.logProbabilities[at] ?? 0, tokens[i]),
    ),
    logProbabilities: Float64Array.from(chosen, (at) => logProbabilities[at]),
    tokens: Int32Array.from(tokens),
    ...(byToken
      ? {
        divergences: Float64Array.from(
          chosen,
          (at) => divergenceOf(sequences[at], outputs[at], byToken[at]),
        ),
      }
      : {}),
  };
}

function divergenceOf(
  { counts }: AnswerSequence,
  now: ArrayLike<number>,
  before: ArrayLike<number>,
): number {
  let sum = 0;
  for (let token = 1; token < counts.length; token++) {
    if (!counts[token]) continue;
    const difference = before[token] - now[token];
    sum += Math.expm1(difference) - difference;
  }
  return sum;
}
