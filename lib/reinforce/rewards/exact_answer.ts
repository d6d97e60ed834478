/**
 * Reward for an answer that equals the right one.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { required, type Rules, text, yesOrNo } from "../../core/option_rules.ts";
import type { RewardFunction } from "../../nn/reward.ts";
import { rowValue, wrongValue } from "./row_value.ts";

/** What counts as equal. */
export interface ExactAnswerOptions {
  /** The column with the right answer: a text, a number, or a list of answers any of which will do. */
  readonly answer: string;
  /** Whether large and small letters are the same: no unless given. */
  readonly ignoreCase?: boolean;
  /** Whether spaces at the ends, and how many stand between words, are the same: yes unless given. */
  readonly ignoreSpaces?: boolean;
}

const rules: Rules<ExactAnswerOptions> = {
  answer: required(text),
  ignoreCase: yesOrNo,
  ignoreSpaces: yesOrNo,
};

/**
 * 1 for an answer that equals the one in a column, composed (NFC), else 0. It does not apply to rows whose
 * column is empty.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense. The reward throws one of kind
 * `data` for a row without the column and for a column that is no text, number or list of them.
 *
 * @example
 * ```ts
 * import { exactAnswer, rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({ right: exactAnswer({ answer: "capital", ignoreCase: true }) });
 * const asked = { prompt: "Capital of France?", completionTokens: 2, finished: true, step: 0 };
 * const { totals } = await judge.judge([
 *   { ...asked, completion: " paris\n", row: { capital: "Paris" } },
 *   { ...asked, completion: "Lyon", row: { capital: ["Paris", "Lutetia"] } },
 * ]);
 * assert.deepEqual(totals, [1, 0]);
 * ```
 */
export function exactAnswer(options: ExactAnswerOptions): RewardFunction {
  checkOptions("exactAnswer", options, rules);
  const { answer: column, ignoreCase = false, ignoreSpaces = true } = options;
  const formOf = (text: string) => {
    const composed = text.normalize("NFC");
    const spaced = ignoreSpaces ? composed.trim().replace(/\s+/g, " ") : composed;
    return ignoreCase ? spaced.toLowerCase() : spaced;
  };
  const reward: RewardFunction = (sample) => {
    const right = rowValue(sample, column);
    if (right === null) return null;
    const answers = Array.isArray(right) ? right : [right];
    if (!answers.every(isAnswer)) {
      throw wrongValue(column, right, "a text, a number, or a list of them");
    }
    const given = formOf(sample.completion);
    return answers.some((each) => formOf(String(each)) === given) ? 1 : 0;
  };
  return Object.assign(reward, {
    columns: [column],
    settings: { ignoreCase, ignoreSpaces },
  });
}

function isAnswer(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
