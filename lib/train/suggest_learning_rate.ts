/**
 * What a learning-rate sweep says of the learning rate to take.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { yesOrNo } from "../core/option_rules.ts";

/** Learning rates that a sweep points to; absent where its loss never fell. */
export interface LearningRateSuggestion {
  /** Where the smoothed loss fell fastest along the logarithm of the learning rate. */
  readonly steepest?: number;
  /** A tenth of the learning rate at which the smoothed loss was lowest. */
  readonly minimumTenth?: number;
  /** The smaller of the two. */
  readonly suggestion?: number;
}

/** A tenth of the steps at the start says little: the smoothed loss is still a mean of few. */
const skippedShare = 0.1;
/** The last steps of a sweep that diverged are its explosion. */
const explosion = 5;

/**
 * Reads a sweep as fastai's `lr_find` reads it (`steep`, `minimum`), without its first tenth and, where
 * it diverged, without its last five steps.
 *
 * @param learningRates of each step, rising
 * @param losses smoothed, of each step
 *
 * @example
 * ```ts
 * import { suggestLearningRate } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const learningRates = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
 * const { steepest, minimumTenth } = suggestLearningRate(learningRates, [3, 2.9, 2, 1.8, 2.5]);
 * assert.equal(steepest, 1e-4);
 * assert.equal(minimumTenth, 1e-3);
 * ```
 */
export function suggestLearningRate(
  learningRates: readonly number[],
  losses: ArrayLike<number>,
  options: { readonly diverged?: boolean } = {},
): LearningRateSuggestion {
  checkOptions("suggestLearningRate", options, { diverged: yesOrNo });
  const { diverged = false } = options;
  const from = Math.floor(skippedShare * learningRates.length);
  const to = Math.max(from, learningRates.length - (diverged ? explosion : 0));
  let [lowest, steepest] = [from, -1];
  let slope = 0;
  for (let at = from; at < to; at++) {
    if (losses[at] < losses[lowest]) lowest = at;
    if (at + 1 === to) continue;
    const distance = Math.log(learningRates[at + 1] / learningRates[at]);
    const own = (losses[at + 1] - losses[at]) / distance;
    if (own < slope) [slope, steepest] = [own, at];
  }
  if (steepest < 0) return {};
  const minimumTenth = learningRates[lowest] / 10;
  const found = { steepest: learningRates[steepest], minimumTenth };
  return { ...found, suggestion: Math.min(found.steepest, found.minimumTenth) };
}
