/**
 * Reward for an answer that is neither too short nor too long.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { optionMistake } from "../../core/errors.ts";
import { notNegative, oneOf, type Rules, wholeFrom0 } from "../../core/option_rules.ts";
import type { RewardFunction, RewardSample } from "../../nn/reward.ts";

/** What is counted in an answer: tokens with the one that ends it, words between spaces, or code points. */
export type LengthUnit = "tokens" | "words" | "characters";

/** Which lengths are right. */
export interface LengthBetweenOptions {
  /** The shortest right length: 0 unless given. */
  readonly least?: number;
  /** The longest right length: without bound unless given. */
  readonly most?: number;
  /** `tokens` unless given. */
  readonly unit?: LengthUnit;
  /**
   * How far outside the reward still falls, in a straight line, from 1 to 0: 0 unless given, so that any
   * other length gets 0.
   */
  readonly falloff?: number;
}

const units: Readonly<Record<LengthUnit, (sample: RewardSample) => number>> = {
  tokens: ({ completionTokens }) => completionTokens,
  words: ({ completion }) => completion.split(/\s+/).filter((word) => word !== "").length,
  characters: ({ completion }) => Array.from(completion).length,
};

const rules: Rules<LengthBetweenOptions> = {
  least: wholeFrom0,
  most: wholeFrom0,
  unit: oneOf(Object.keys(units)),
  falloff: notNegative,
};

/**
 * 1 for an answer whose length lies between two bounds, both included, else 0, or less than 1 the further
 * it is outside. With `most: longest − cache, falloff: cache` it is one more than DAPO's soft punishment of
 * long answers (Yu et al. 2025, equation 13).
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { lengthBetween, rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({ brief: lengthBetween({ most: 3, unit: "words", falloff: 2 }) });
 * const asked = { prompt: "Why?", completionTokens: 9, finished: true, row: {}, step: 0 };
 * const { totals } = await judge.judge([
 *   { ...asked, completion: "It rains." },
 *   { ...asked, completion: "It rains so much." },
 *   { ...asked, completion: "It has rained all day and all night." },
 * ]);
 * assert.deepEqual(totals, [1, 0.5, 0]);
 * ```
 */
export function lengthBetween(options: LengthBetweenOptions): RewardFunction {
  checkOptions("lengthBetween", options, rules, () => {
    const { least = 0, most = Infinity } = options;
    if (options.least === undefined && options.most === undefined) {
      return [optionMistake("least", "or most must be given, or every length is right")];
    }
    return least > most ? [optionMistake("least", `is ${least}, more than most, ${most}`)] : [];
  });
  const { least = 0, most = Infinity, unit = "tokens", falloff = 0 } = options;
  const lengthOf = units[unit];
  const reward: RewardFunction = (sample) => {
    const length = lengthOf(sample);
    const outside = Math.max(least - length, length - most, 0);
    if (outside === 0) return 1;
    return falloff === 0 ? 0 : Math.max(0, 1 - outside / falloff);
  };
  return Object.assign(reward, { settings: { least, most: String(most), unit, falloff } });
}
