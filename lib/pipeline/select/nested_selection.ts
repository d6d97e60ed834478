/**
 * Nested cross-validation: how good a selection is as a whole.
 *
 * @module
 */
import { join } from "node:path";
import { pickRows } from "../../table/source_rows.ts";
import { candidateFailure } from "./candidate_failure.ts";
import type { Candidate } from "./candidates.ts";
import { chooseCandidate } from "./choose_candidate.ts";
import { foldInterval } from "./fold_interval.ts";
import type { FoldResult } from "./fold_runs.ts";
import { foldsOfAll, leaderboard } from "./leaderboard.ts";
import type { Pool } from "./pool.ts";
import { type FoldRows, poolFolds } from "./pool_folds.ts";
import { runFolds, type RunFoldsContext } from "./run_folds.ts";
import { scoredChoice } from "./scored_candidates.ts";
import type { NestedScore } from "./selection.ts";
import type { SelectSettings } from "./select_options.ts";

/** In each outer fold, selects on the outer training rows and scores what was chosen on the outer test rows. */
export async function nestedSelection(
  candidates: readonly Candidate[],
  pool: Pool,
  settings: SelectSettings & { readonly nested: number },
  context: RunFoldsContext,
): Promise<NestedScore> {
  const { nested: outer, groups, seed } = settings;
  const folds = poolFolds(pool, { folds: outer, repeats: 1, seed, ...(groups ? { groups } : {}) });
  const results: { readonly chosen: string; readonly result: FoldResult }[] = [];
  for (const rows of folds) {
    const { folder, title } = context;
    const own = {
      ...context,
      title: `${title}, outer fold ${rows.fold} of ${outer}`,
      ...(folder === undefined ? {} : { folder: join(folder, `outer_${rows.fold}`) }),
    };
    results.push(await outerFold(candidates, pool, rows, { settings, context: own }));
  }
  return {
    score: foldInterval(results.map(({ result }) => result), context.metric.range),
    folds: results.map(({ chosen, result: { fold, score } }) => ({ fold, chosen, score })),
  };
}

async function outerFold(
  candidates: readonly Candidate[],
  pool: Pool,
  rows: FoldRows,
  { settings, context }: { readonly settings: SelectSettings; readonly context: RunFoldsContext },
): Promise<{ readonly chosen: string; readonly result: FoldResult }> {
  // Validation rows of the outer fold belong to its training rows; inner folds cut off their own.
  const outerTrain = [...rows.train, ...rows.validation ?? []].sort((a, b) => a - b);
  const inner = { ...pool, table: pickRows(pool.table, outerTrain) };
  const found = await runFolds(candidates, inner, poolFolds(inner, settings), context);
  if (foldsOfAll(found).size < 2) throw candidateFailure(found);
  const ranked = leaderboard(found, context.metric, new Map());
  const { name } = chooseCandidate(...scoredChoice(ranked, context.metric, settings));
  const chosen = candidates.find((each) => each.name === name)!;
  const [{ folds: [result], error }] = await runFolds([chosen], pool, [rows], {
    ...context,
    measures: false,
    ...(context.folder === undefined ? {} : { folder: join(context.folder, "chosen") }),
  });
  if (error !== undefined) throw error;
  return { chosen: name, result };
}
