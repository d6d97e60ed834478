/**
 * Rewards of sampled answers → how much better each is than what could be expected.
 *
 * @module
 */

import { checkOptions } from "../../core/check_options.ts";
import { oneOf, required, type Rules, whole, yesOrNo } from "../../core/option_rules.ts";

/** What advantages are divided by: the deviation within the group, in the batch, or nothing. */
export type AdvantageScale = "group" | "batch" | "none";

/** Which rewards belong together, and what their advantages are divided by. */
export interface GroupAdvantageOptions {
  /** Answers to each prompt. */
  readonly groupSize: number;
  /** `group` unless given. */
  readonly scale?: AdvantageScale;
}

/** Which rewards belong together. */
export interface LeaveOneOutOptions {
  /** Answers to each prompt. */
  readonly groupSize: number;
  /** Less the mean and over the deviation of the whole batch; false unless given. */
  readonly normalized?: boolean;
}

const groupRules: Rules<GroupAdvantageOptions> = {
  groupSize: required(whole),
  scale: oneOf(["group", "batch", "none"]),
};
const leaveOneOutRules: Rules<LeaveOneOutOptions> = {
  groupSize: required(whole),
  normalized: yesOrNo,
};

/** Keeps groups of equal rewards from dividing by 0; the number of TRL. */
const leastDeviation = 1e-4;

/**
 * GRPO's advantages (Shao et al., "DeepSeekMath", 2024, arXiv 2402.03300): the reward less the mean of its
 * group, over a standard deviation (of a sample) where that is asked. An answer whose reward is NaN, since no
 * reward applies to it, takes no part and has the advantage 0.
 *
 * @param rewards [groups · groupSize], group after group
 *
 * @example
 * ```ts
 * import { groupAdvantages } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const found = groupAdvantages([1, 0, 0, 1], { groupSize: 2, scale: "none" });
 * assert.deepEqual(found, [0.5, -0.5, -0.5, 0.5]);
 * ```
 */
export function groupAdvantages(
  rewards: readonly number[],
  options: GroupAdvantageOptions,
): number[] {
  checkOptions("groupAdvantages", options, groupRules);
  const { groupSize, scale = "group" } = options;
  const ofBatch = deviationOf(rewards);
  return groupsOf(rewards, groupSize).flatMap((group) => {
    const mean = meanOfKnown(group);
    const divisor = scale === "none"
      ? 1
      : (scale === "batch" ? ofBatch : deviationOf(group)) + leastDeviation;
    return group.map((reward) => zeroed((reward - mean) / divisor));
  });
}

/**
 * RLOO's advantages (Ahmadian et al., "Back to Basics", 2024, arXiv 2402.14740): the reward less the mean of
 * the other rewards of its group; with `normalized` less the mean and over the deviation of the whole batch. An
 * answer whose reward is NaN has the advantage 0, and so has the only one of its group.
 *
 * @param rewards [groups · groupSize], group after group
 *
 * @example
 * ```ts
 * import { leaveOneOutAdvantages } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(leaveOneOutAdvantages([3, 0, 0], { groupSize: 3 }), [3, -1.5, -1.5]);
 * ```
 */
export function leaveOneOutAdvantages(
  rewards: readonly number[],
  options: LeaveOneOutOptions,
): number[] {
  checkOptions("leaveOneOutAdvantages", options, leaveOneOutRules);
  const { groupSize, normalized = false } = options;
  const plain = groupsOf(rewards, groupSize).flatMap((group) => {
    const known = group.filter((reward) => !Number.isNaN(reward));
    const sum = known.reduce((sum, reward) => sum + reward, 0);
    return group.map((reward) => reward - (sum - reward) / (known.length - 1));
  });
  if (!normalized) return plain.map(zeroed);
  const mean = meanOfKnown(plain);
  const divisor = deviationOf(plain) + leastDeviation;
  return plain.map((each) => zeroed((each - mean) / divisor));
}

/** The mean of the numbers that are some; NaN where none is. */
export function meanOfKnown(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** The standard deviation of a sample, of the numbers that are some; NaN of fewer than two. */
export function deviationOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  const mean = meanOfKnown(known);
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (known.length - 1));
}

/** The values of each group. */
export function groupsOf<Value>(values: readonly Value[], groupSize: number): Value[][] {
  return Array.from(
    { length: values.length / groupSize },
    (_, group) => values.slice(group * groupSize, (group + 1) * groupSize),
  );
}

function zeroed(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}
