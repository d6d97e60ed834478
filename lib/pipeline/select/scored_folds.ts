/**
 * Folds whose score is a number, and what is to be said of them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { rowsByClass } from "../../data/split.ts";
import type { Table } from "../../table/table.ts";
import type { CandidateMetric } from "./candidates.ts";
import type { FoldResult, FoldScore } from "./fold_runs.ts";
import type { Pool } from "./pool.ts";
import type { CrossValidateSettings } from "./select_options.ts";

/** Rare classes that are named. */
const mostNamed = 3;

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
  const { groups, repeats, folds } = settings;
  const { stratify } = pool.task.task;
  const kinds = [
    ...stratify === undefined ? [] : ["classes in equal shares"],
    ...groups === undefined ? [] : [`no ${JSON.stringify(groups)} in two folds`],
    ...repeats === 1 ? [] : [`${repeats} times, each with its own folds and seed`],
  ];
  return [
    ...kinds.length === 0 ? [] : [`folds: ${kinds.join(", ")}`],
    "interval: Student's t over the folds, corrected for the training rows that they share (Nadeau and Bengio)",
    ...stratify === undefined ? [] : rareClassNotes(pool.table, stratify, folds),
    ...scored.length === all.length ? [] : [
      `${
        all.length - scored.length
      } of ${all.length} folds have no ${metric.name}, and are left out`,
    ],
  ];
}

/** Classes that some fold is without; scikit-learn warns of them as well. */
export function rareClassNotes(table: Table, label: string, folds: number): string[] {
  const rare = rowsByClass(table, label).filter((rows) => rows.length < folds);
  if (rare.length === 0) return [];
  const named = rare.toSorted((a, b) => a.length - b.length).slice(0, mostNamed)
    .map((rows) => `${JSON.stringify(table.get(label, rows[0]))} (${rows.length})`);
  const more = rare.length > mostNamed ? ` and ${rare.length - mostNamed} more` : "";
  return [
    `classes with fewer rows than the ${folds} folds: ${
      named.join(", ")
    }${more}; some folds have none of them to ` +
    "score, and one with a single row is scored by a model that has not seen it",
  ];
}
