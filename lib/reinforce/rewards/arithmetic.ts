/**
 * Reward for an answer that ends with the right number.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { notNegative, required, type Rules, text } from "../../core/option_rules.ts";
import type { RewardFunction } from "../../nn/reward.ts";
import { type ExactNumber, exactNumber, isWithin } from "./exact_number.ts";
import { finalNumber } from "./final_number.ts";
import { rowValue, wrongValue } from "./row_value.ts";

/** What the answer is compared with. */
export interface ArithmeticOptions {
  /** The column with the right number: a number, or a text that ends with it, such as `#### 72`. */
  readonly answer: string;
  /** By how much the answer may differ: 0 unless given. */
  readonly tolerance?: number;
}

const rules: Rules<ArithmeticOptions> = { answer: required(text), tolerance: notNegative };

/**
 * 1 for an answer whose last number is the right one, else 0. A number in `\boxed{…}` or behind `####`
 * comes before all others. Numbers are compared as fractions without rounding, so that 0.5, 1/2 and
 * `\frac{1}{2}` are the same, and 0.3333 and 1/3 are not. It does not apply to rows whose column is empty.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense. The reward throws one of kind
 * `data` for a row without the column and for a column without a number.
 *
 * @example
 * ```ts
 * import { arithmetic, rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({ correct: arithmetic({ answer: "answer" }) });
 * const asked = { prompt: "Half of 2,469?", completionTokens: 9, finished: true, step: 0 };
 * const row = { answer: "#### 1,234.5" };
 * const { totals } = await judge.judge([
 *   { ...asked, row, completion: "2469 / 2 = 1234.5" },
 *   { ...asked, row, completion: "It is \\boxed{\\frac{2469}{2}}, because 2 · 1234.5 is 2469." },
 *   { ...asked, row, completion: "1234" },
 * ]);
 * assert.deepEqual(totals, [1, 1, 0]);
 * ```
 */
export function arithmetic(options: ArithmeticOptions): RewardFunction {
  checkOptions("arithmetic", options, rules);
  const { answer: column, tolerance = 0 } = options;
  const most = exactNumber(tolerance);
  const reward: RewardFunction = (sample) => {
    const value = rowValue(sample, column);
    if (value === null) return null;
    const right = numberOf(value);
    if (right === undefined) {
      throw wrongValue(column, value, "a number, or a text that ends with one");
    }
    const given = finalNumber(sample.completion);
    return given !== undefined && isWithin(given, right, most) ? 1 : 0;
  };
  return Object.assign(reward, { columns: [column], settings: { tolerance } });
}

function numberOf(value: unknown): ExactNumber | undefined {
  if (typeof value === "string") return finalNumber(value);
  return typeof value === "bigint" || typeof value === "number" && Number.isFinite(value)
    ? exactNumber(value)
    : undefined;
}
