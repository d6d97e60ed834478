/**
 * The corrected resampled t-test: whether two candidates differ over the folds of a cross-validation.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { required, type Rules, whole } from "../core/option_rules.ts";
import { studentQuantile, studentTails } from "../core/beta_tail.ts";

/** How many rows each fold trained on and held out. */
export interface FoldSizes {
  readonly trainRows: number;
  readonly testRows: number;
}

/** The mean difference over the folds, and how likely chance alone makes it as large. */
export interface CorrectedResampledTTest {
  /** The mean of the second candidate's scores less those of the first. */
  readonly difference: number;
  /** Student's t; infinite where all differences are the same and not 0. */
  readonly statistic: number;
  readonly freedom: number;
  /** Two-sided. */
  readonly pValue: number;
  /** The 95 % interval of the difference. */
  readonly interval: { readonly low: number; readonly high: number };
}

const rules: Rules<FoldSizes> = { trainRows: required(whole), testRows: required(whole) };
const confidence = 0.95;

/**
 * Student's t of paired scores from the same folds, with the variance that folds have which share training rows:
 * (1 / J + testRows / trainRows) · s² over J folds, repeats included (Nadeau and Bengio, Inference for the
 * Generalization Error, 2003; Bouckaert and Frank, 2004, for repeated folds). The plain t-test takes folds for
 * independent and finds differences that are none.
 *
 * @param a the first candidate's score in each fold
 * @param b the second candidate's, fold by fold
 * @throws {TunebookError} of kind `input` for options that make no sense and lists of unlike lengths; of kind `data`
 * for fewer than two folds and for scores that are no finite numbers.
 *
 * @example
 * ```ts
 * import { correctedResampledTTest } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const before = [0.81, 0.79, 0.84, 0.8, 0.82];
 * const after = [0.84, 0.83, 0.85, 0.84, 0.86];
 * const { difference, pValue } = correctedResampledTTest(before, after, { trainRows: 80, testRows: 20 });
 * assert.ok(Math.abs(difference - 0.032) < 1e-12);
 * assert.ok(pValue > 0.02 && pValue < 0.03); // the plain t-test says 0.005
 * ```
 */
export function correctedResampledTTest(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  sizes: FoldSizes,
): CorrectedResampledTTest {
  checkOptions("correctedResampledTTest", sizes, rules);
  requirePairs(a, b);
  const differences = Array.from(a, (score, fold) => b[fold] - score);
  const difference = differences.reduce((sum, each) => sum + each, 0) / differences.length;
  const freedom = differences.length - 1;
  const error = correctedError(differences, sizes);
  const statistic = error > 0 ? difference / error : difference === 0 ? 0 : difference * Infinity;
  const half = studentQuantile(confidence, freedom) * error;
  return {
    difference,
    statistic,
    freedom,
    pValue: studentTails(statistic, freedom),
    interval: { low: difference - half, high: difference + half },
  };
}

function requirePairs(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) {
    throw new TunebookError(
      "input",
      `correctedResampledTTest compares scores fold by fold, but got ${a.length} and ${b.length}`,
    );
  }
  if (a.length < 2) {
    throw new TunebookError(
      "data",
      "correctedResampledTTest needs the scores of two folds or more",
    );
  }
  for (const scores of [a, b]) {
    const wrong = Array.from(scores).findIndex((score) => !Number.isFinite(score));
    if (wrong >= 0) {
      throw new TunebookError(
        "data",
        `the score of fold ${wrong + 1} is ${scores[wrong]}, no finite number`,
      );
    }
  }
}

/** The standard error of the mean over folds that share training rows. */
export function correctedError(
  scores: ArrayLike<number>,
  { trainRows, testRows }: FoldSizes,
): number {
  const count = scores.length;
  const first = scores[0];
  // Asked exactly, because rounding leaves constants a tiny spread around their mean.
  if (Array.from(scores).every((score) => score === first)) return 0;
  return Math.sqrt(1 / count + testRows / trainRows) * standardDeviation(scores);
}

/** The deviation of a sample, by one less than its size. */
export function standardDeviation(scores: ArrayLike<number>): number {
  const all = Array.from(scores);
  const mean = all.reduce((sum, score) => sum + score, 0) / all.length;
  const squares = all.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return Math.sqrt(squares / (all.length - 1));
}
