/**
 * Wilcoxon's signed-rank test of paired differences.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { normalTail } from "../core/gamma_tail.ts";
import { oneOf, type Rules } from "../core/option_rules.ts";
import { ranksOf } from "../metrics/ranks.ts";

/** What is tested. */
export interface WilcoxonOptions {
  /**
   * What the differences are if they are not symmetric about 0: `two-sided` unless given, `less` where they
   * lie below, `greater` where they lie above.
   */
  readonly alternative?: "two-sided" | "less" | "greater";
  /**
   * What becomes of differences of 0: they are left out (`drop`, which is the default), or their ranks count
   * half on each side (`split`).
   */
  readonly zeros?: "drop" | "split";
}

/** What the test says. */
export interface WilcoxonTest {
  /** The sum of the ranks of the differences above 0. */
  readonly statistic: number;
  /** How likely a sum this far out or further is if the differences are symmetric about 0. */
  readonly pValue: number;
}

const rules: Rules<WilcoxonOptions> = {
  alternative: oneOf(["two-sided", "less", "greater"]),
  zeros: oneOf(["drop", "split"]),
};
/** Up to so many differences all signs are counted; with ties or zeros only up to the second number. */
const mostExact = 50;
const mostExactTied = 13;

/**
 * Wilcoxon's signed-rank test (1945): whether paired differences lie about 0. Equal to SciPy's `wilcoxon`:
 * the exact distribution up to 50 differences, all signs counted up to 13 where some are tied or 0, else
 * the normal approximation with its correction for ties.
 *
 * @param differences one for each pair
 * @throws {TunebookError} of kind `input` for options that make no sense; of kind `data` where a
 * difference is no finite number, or where all are 0 and left out.
 *
 * @example
 * ```ts
 * import { wilcoxonSignedRank } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { statistic, pValue } = wilcoxonSignedRank([0.4, 1.1, -0.2, 0.9, 0.7, 1.4]);
 * assert.equal(statistic, 20);
 * assert.equal(pValue, 4 / 64);
 * ```
 */
export function wilcoxonSignedRank(
  differences: readonly number[],
  options: WilcoxonOptions = {},
): WilcoxonTest {
  checkOptions("wilcoxonSignedRank", options, rules);
  const { alternative = "two-sided", zeros = "drop" } = options;
  const wrong = differences.findIndex((each) => !Number.isFinite(each));
  if (wrong >= 0) {
    throw new TunebookError(
      "data",
      `difference ${wrong + 1} is ${differences[wrong]}, no finite number`,
    );
  }
  const kept = zeros === "drop" ? differences.filter((each) => each !== 0) : differences;
  if (kept.length === 0) {
    throw new TunebookError(
      "data",
      "Wilcoxon's test needs one difference or more that is not 0",
    );
  }
  const ranks = ranksOf(kept.map(Math.abs));
  const statistic = ranks.reduce((sum, rank, at) => sum + rank * shareAbove(kept[at]), 0);
  const isPlain = kept.length === differences.length && !kept.includes(0) &&
    new Set(kept.map(Math.abs)).size === kept.length;
  const most = isPlain ? mostExact : mostExactTied;
  // Ties of so few are counted sign by sign, with the zeros that were left out among them.
  const tails = differences.length <= most
    ? exactTails(kept, ranks, statistic)
    : normalTails(kept, ranks, statistic);
  return { statistic, pValue: pValueOf(tails, alternative) };
}

/** How likely the sum is at most, and at least, what it is. */
interface Tails {
  readonly below: number;
  readonly above: number;
}

function pValueOf({ below, above }: Tails, alternative: WilcoxonOptions["alternative"]): number {
  if (alternative === "less") return below;
  if (alternative === "greater") return above;
  return Math.min(1, 2 * Math.min(below, above));
}

function shareAbove(difference: number): number {
  return difference === 0 ? 0.5 : Number(difference > 0);
}

/** By how many of all signs give each sum; ranks are counted in halves, so that ties are whole. */
function exactTails(kept: readonly number[], ranks: Float64Array, statistic: number): Tails {
  const halves = Array.from(ranks, (rank) => Math.round(2 * rank));
  const fixed = halves.reduce((sum, rank, at) => kept[at] === 0 ? sum + rank / 2 : sum, 0);
  const drawn = halves.filter((_, at) => kept[at] !== 0);
  let ways = Float64Array.of(1);
  for (const rank of drawn) {
    const next = new Float64Array(ways.length + rank);
    ways.forEach((count, sum) => {
      next[sum] += count / 2;
      next[sum + rank] += count / 2;
    });
    ways = next;
  }
  const at = Math.round(2 * statistic - fixed);
  let [below, above] = [0, 0];
  ways.forEach((share, sum) => {
    if (sum <= at) below += share;
    if (sum >= at) above += share;
  });
  return { below, above };
}

function normalTails(
  kept: readonly number[],
  ranks: Float64Array,
  statistic: number,
): Tails {
  const count = kept.length;
  const tied = new Map<number, number>();
  for (const rank of ranks) tied.set(rank, (tied.get(rank) ?? 0) + 1);
  const tieCorrection = [...tied.values()].reduce((sum, size) => sum + size ** 3 - size, 0) / 2;
  const deviation = Math.sqrt((count * (count + 1) * (2 * count + 1) - tieCorrection) / 24);
  const z = (statistic - count * (count + 1) / 4) / deviation;
  return { below: normalTail(-z), above: normalTail(z) };
}
