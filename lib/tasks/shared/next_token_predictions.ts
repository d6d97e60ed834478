/**
 * What a model said of next tokens, row by row of the table.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { Outputs } from "../../nn/task.ts";
import { predictionsOf } from "./class_predictions.ts";
import type { LearnedText } from "./next_token_objective.ts";

/** A text with the rows that its tokens come from. */
export interface TextOfRows extends LearnedText {
  /** The row of the whole text. */
  readonly row: number;
  /** The row of each token, where there are several, [tokens]. */
  readonly rows?: ArrayLike<number>;
}

/** Numbers of a token that `nextTokenObjective({ perToken: true })` gives: its loss, and its lead. */
const numbersOfToken = 2;

/**
 * The mean loss of each row's learned tokens and how many were right, from what evaluation gives of each
 * token. The first token of a text is predicted from nothing and does not count; a row without any
 * counts 0 tokens.
 */
export function nextTokenPredictions(
  texts: readonly TextOfRows[],
  rows: number,
  outputs: Outputs,
): Predictions<"language"> {
  const losses = new Float64Array(rows);
  const tokens = new Int32Array(rows);
  const correct = new Int32Array(rows);
  for (const [index, { ids, counts, row, rows: rowOf }] of texts.entries()) {
    for (let at = 1; at < ids.length; at++) {
      if ((counts?.[at] ?? 1) === 0) continue;
      const own = rowOf?.[at] ?? row;
      const [loss, lead] = outputs[index].subarray(at * numbersOfToken, (at + 1) * numbersOfToken);
      losses[own] += loss;
      correct[own] += lead >= 0 ? 1 : 0;
      tokens[own]++;
    }
  }
  const means = Float32Array.from(losses, (sum, row) => sum / Math.max(1, tokens[row]));
  return withChoice(means, tokens, correct);
}

/** The answers of a task whose model writes: its scores of next tokens are none. */
export function refuseAnswers(): never {
  throw new TunebookError(
    "unsupported",
    "scores of next tokens are no texts: what answers is generate",
  );
}

function withChoice(
  logits: Float32Array,
  truth: Int32Array,
  correct: Int32Array,
): Predictions<"language"> {
  const predictions = predictionsOf({ kind: "language", labels: ["loss"], logits, truth });
  return {
    ...predictions,
    correct,
    select: (rows) => {
      const chosen = Array.from(rows);
      return withChoice(
        Float32Array.from(chosen, (row) => logits[row]),
        Int32Array.from(chosen, (row) => truth[row]),
        Int32Array.from(chosen, (row) => correct[row]),
      );
    },
  };
}
