/**
 * What one reward said of a batch, in numbers.
 *
 * @module
 */
import type { RewardStatistics, RewardValue } from "../../nn/reward.ts";

/** Mean, spread and range of the values that are numbers, with what is counted beside them. */
export function rewardStatistics(
  values: readonly RewardValue[],
  { timeouts, seconds }: Pick<RewardStatistics, "timeouts" | "seconds">,
): RewardStatistics {
  const numbers = values.filter((value) => value !== null);
  const count = numbers.length;
  const nulls = values.length - count;
  if (count === 0) {
    const none = { mean: null, standardDeviation: null, least: null, greatest: null };
    return { ...none, values: 0, nulls, timeouts, seconds };
  }
  const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
  const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    standardDeviation: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    least: numbers.reduce((least, value) => Math.min(least, value)),
    greatest: numbers.reduce((greatest, value) => Math.max(greatest, value)),
    values: count,
    nulls,
    timeouts,
    seconds,
  };
}
