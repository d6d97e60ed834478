/**
 * Folds whose score is a number, and what is to be said of them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { CandidateMetric } from "./candidates.ts";
import type { FoldResult, FoldScore } from "./fold_runs.ts";
import type { Pool } from "./pool.ts";
import type { CrossValidateSettings } from "./select_options.ts";

/**
 * The folds that have a score.
 *
 * @throws TunebookError of kind "data" where fewer than two have: no error can be told of one
 */
export function scoredFolds(folds: readonly FoldResult[]): readonly FoldResult[] {
  const scored = folds.filter(({ score }) => Number.isFinite(score));
  if (scored.length < 2) {
    throw new TunebookError(
      "data",
      `${scored.length} of ${folds.length} folds have a score that is a number, and two are needed; fewer folds have ` +
        "more rows each",
    );
  }
  return scored;
}

/** The scores without what tests need of the rows. */
export function plainScores(folds: readonly FoldScore[]): FoldScore[] {
  return folds.map(({ repeat, fold, score, trainRows, testRows, seconds }) => ({
    ...{ repeat, fold, score, trainRows, testRows, seconds },
  }));
}

/** How the folds were made, one line each. */
export function foldNotes(
  { pool, metric, settings, scored, all }: {
    readonly pool: Pool;
    readonly metric: CandidateMetric;
    readonly settings: CrossValidateSettings;
    readonly scored: readonly FoldScore[];
    readonly all: readonly FoldScore[];
  },
): string[] {
  const { groups, repeats } = settings;
  const { stratify } = pool.task.task;
  const kinds = [
    ...stratify === undefined ? [] : ["classes in equal shares"],
    ...groups === undefined ? [] : [`no ${JSON.stringify(groups)} in two folds`],
    ...repeats === 1 ? [] : [`${repeats} times, each with its own folds and seed`],
  ];
  return [
    ...kinds.length === 0 ? [] : [`folds: ${kinds.join(", ")}`],
    "interval: Student's t over the folds, corrected for the training rows that they share (Nadeau and Bengio)",
    ...scored.length === all.length ? [] : [
      `${
        all.length - scored.length
      } of ${all.length} folds have no ${metric.name}, and are left out`,
    ],
  ];
}
