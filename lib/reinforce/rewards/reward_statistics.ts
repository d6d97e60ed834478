/**
 * What one reward said of a batch, in numbers.
 *
 * @module
 */
import { deviationOf, meanOfKnown } from "../../tasks/rollouts/advantages.ts";
import type { RewardStatistics, RewardValue } from "../../nn/reward.ts";

/** Mean, spread and range of the values that are numbers, with what is counted beside them. */
export function rewardStatistics(
  values: readonly RewardValue[],
  { timeouts, seconds, ...failed }: Pick<
    RewardStatistics,
    "timeouts" | "seconds" | "failures" | "firstFailure"
  >,
): RewardStatistics {
  const numbers = values.filter((value) => value !== null);
  const count = numbers.length;
  const nulls = values.length - count;
  if (count === 0) {
    const none = { mean: null, standardDeviation: null, least: null, greatest: null };
    return { ...none, values: 0, nulls, timeouts, seconds, ...failed };
  }
  return {
    mean: meanOfKnown(numbers),
    standardDeviation: count > 1 ? deviationOf(numbers) : null,
    least: numbers.reduce((least, value) => Math.min(least, value)),
    greatest: numbers.reduce((greatest, value) => Math.max(greatest, value)),
    values: count,
    nulls,
    timeouts,
    seconds,
    ...failed,
  };
}
