/**
 * How sure the mean score over folds is.
 *
 * @module
 */
import { studentQuantile } from "../../core/beta_tail.ts";
import { correctedError, standardDeviation } from "../../evaluate/corrected_resampled_t_test.ts";
import type { ScoreInterval } from "../compare/score_interval.ts";
import type { FoldScore } from "./fold_runs.ts";

const confidence = 0.95;

/** The mean rows that folds train on and are scored on. */
export function meanSizes(
  folds: readonly Pick<FoldScore, "trainRows" | "testRows">[],
): { readonly trainRows: number; readonly testRows: number } {
  const mean = (of: "trainRows" | "testRows") =>
    Math.max(1, Math.round(folds.reduce((sum, fold) => sum + fold[of], 0) / folds.length));
  return { trainRows: mean("trainRows"), testRows: mean("testRows") };
}

/** The interval of the mean over two or more folds, as far as the metric reaches. */
export function foldInterval(
  folds: readonly FoldScore[],
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): ScoreInterval {
  const scores = folds.map(({ score }) => score);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const half = studentQuantile(confidence, scores.length - 1) *
    correctedError(scores, meanSizes(folds));
  return {
    mean,
    low: Math.max(least, mean - half),
    high: Math.min(most, mean + half),
    over: "folds",
  };
}

/**
 * The standard error of the one-standard-error rule: the deviation over folds by the root of how many there are in one
 * cut. Repeats do not make it smaller, because their folds are of the same rows.
 */
export function standardErrorOf(folds: readonly FoldScore[]): number {
  const inOneCut = Math.max(...folds.map(({ fold }) => fold));
  return standardDeviation(folds.map(({ score }) => score)) / Math.sqrt(inOneCut);
}
