/**
 * McNemar's test: whether two classifiers are wrong in unlike many of the same rows.
 *
 * @module
 */
import { binomialShare } from "../core/beta_tail.ts";
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { chiSquareTail } from "../core/gamma_tail.ts";
import { type Rules, yesOrNo } from "../core/option_rules.ts";

/** How to test. */
export interface McNemarOptions {
  /** The binomial distribution; otherwise chi-square's approximation. True unless given. */
  readonly exact?: boolean;
  /** Takes 1 from the difference before it is squared (Edwards, 1948), of the approximation; true unless given. */
  readonly corrected?: boolean;
}

/** The rows in which the classifiers differ, and how likely chance alone parts them so. */
export interface McNemarTest {
  /** Rows that the first alone has right. */
  readonly onlyA: number;
  /** Rows that the second alone has right. */
  readonly onlyB: number;
  /** The smaller of both counts where the test is exact, else chi-square of one degree of freedom. */
  readonly statistic: number;
  /** Two-sided. */
  readonly pValue: number;
}

const rules: Rules<McNemarOptions> = { exact: yesOrNo, corrected: yesOrNo };

/**
 * McNemar's test (1947) of two classifiers on the same rows: those that both have right or wrong say nothing. Equal to
 * statsmodels' `mcnemar`.
 *
 * @param a of each row, whether the first classifier has it right: true or false, or 1 or 0
 * @param b the same of the second
 * @throws {TunebookError} of kind `input` for options that make no sense, and for lists of unlike lengths.
 *
 * @example
 * ```ts
 * import { mcNemar } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const truth = [0, 1, 1, 0, 1, 0, 1, 1];
 * const right = (predicted: number[]) => predicted.map((label, row) => label === truth[row]);
 * const test = mcNemar(right([0, 0, 0, 1, 0, 1, 0, 1]), right(truth));
 * assert.deepEqual([test.onlyA, test.onlyB], [0, 6]);
 * assert.ok(Math.abs(test.pValue - 2 / 64) < 1e-12);
 * ```
 */
export function mcNemar(
  a: ArrayLike<boolean | number>,
  b: ArrayLike<boolean | number>,
  options: McNemarOptions = {},
): McNemarTest {
  checkOptions("mcNemar", options, rules);
  if (a.length !== b.length) {
    throw new TunebookError(
      "input",
      `mcNemar compares two classifiers row by row, but got ${a.length} and ${b.length} rows`,
    );
  }
  const { exact = true, corrected = true } = options;
  let [onlyA, onlyB] = [0, 0];
  for (let row = 0; row < a.length; row++) {
    if (Boolean(a[row]) === Boolean(b[row])) continue;
    if (a[row]) onlyA++;
    else onlyB++;
  }
  const both = onlyA + onlyB;
  if (exact) {
    const statistic = Math.min(onlyA, onlyB);
    // Where both counts are the same, twice the tail is more than everything.
    return {
      onlyA,
      onlyB,
      statistic,
      pValue: Math.min(1, 2 * binomialShare(statistic, both, 0.5)),
    };
  }
  const apart = Math.abs(onlyA - onlyB) - Number(corrected);
  const statistic = both === 0 ? 0 : apart ** 2 / both;
  return { onlyA, onlyB, statistic, pValue: chiSquareTail(statistic, 1) };
}
