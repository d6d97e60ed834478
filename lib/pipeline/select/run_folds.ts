/**
 * Runs candidates over folds, one candidate after the other.
 *
 * @module
 */
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { Device } from "../../engine/mod.ts";
import { progressFor } from "../run/progress_for.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { Candidate, CandidateMetric } from "./candidates.ts";
import { type FoldResult, type FoldRuns, openFoldRuns } from "./fold_runs.ts";
import { foldStore, noFoldStore } from "./fold_store.ts";
import type { Pool } from "./pool.ts";
import type { FoldRows } from "./pool_folds.ts";

/** A candidate with its finished folds. */
export interface CandidateFolds {
  readonly candidate: Candidate;
  /** In the order of the folds; fewer where one failed. */
  readonly folds: readonly FoldResult[];
  /** What a fold threw; the candidate has no score then. */
  readonly error?: unknown;
}

/** What folds are run with. */
export interface RunFoldsContext {
  readonly device: Device;
  readonly metric: CandidateMetric;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
  /** Where finished folds are kept, if anywhere. */
  readonly folder?: string | undefined;
  /** What the progress calls the work. */
  readonly title: string;
  /** Measures what candidates cost, with their first fold. */
  readonly measures: boolean;
}

/**
 * Scores all candidates in all folds. A candidate that fails is left out from there on.
 *
 * @throws TunebookError of kind "interrupted" where it was stopped; finished folds are kept where there is a folder
 */
export async function runFolds(
  candidates: readonly Candidate[],
  pool: Pool,
  folds: readonly FoldRows[],
  context: RunFoldsContext,
): Promise<CandidateFolds[]> {
  const { options, title, folder } = context;
  const total = candidates.length * folds.length;
  const progress = progressFor(options, title, total, "folds");
  let finished = 0;
  try {
    const found: CandidateFolds[] = [];
    for (const candidate of candidates) {
      const notes: FoldNotes = {
        now: (text) => progress.update(finished, `${candidate.name}, ${text}`),
        done: () => progress.update(++finished),
      };
      found.push(await candidateFolds(candidate, pool, folds, { ...context, notes }));
    }
    return found;
  } catch (error) {
    if (!isInterruption(error)) throw error;
    throw interruption(
      `stopped after ${finished} of ${total} folds; ` +
        (folder === undefined
          ? "with a folder in the options they would have been kept"
          : `they are kept in ${folder}, where the same work goes on`),
    );
  } finally {
    progress.end();
  }
}

/** Says what is being done. */
interface FoldNotes {
  now(text: string): void;
  done(): void;
}

async function candidateFolds(
  candidate: Candidate,
  pool: Pool,
  folds: readonly FoldRows[],
  context: RunFoldsContext & { readonly notes: FoldNotes },
): Promise<CandidateFolds> {
  const { device, metric, signal, folder, measures, notes } = context;
  const store = folder === undefined
    ? noFoldStore
    : await foldStore(folder, candidate, pool, metric);
  const finished: FoldResult[] = [];
  let runs: FoldRuns | undefined;
  for (const [at, rows] of folds.entries()) {
    if (signal.aborted) throw interruption();
    const what = `fold ${at + 1} of ${folds.length}`;
    notes.now(what);
    const isMeasured = measures && at === 0;
    const known = await store.read(rows);
    if (known && (known.figures || !isMeasured)) finished.push(known);
    else {
      try {
        runs ??= await openFoldRuns(candidate.spec, pool, { device, metric, signal });
        finished.push(
          await runs.run(rows, {
            signal,
            measures: isMeasured,
            onStep: ({ step, totalSteps }) => notes.now(`${what}: step ${step} of ${totalSteps}`),
          }),
        );
      } catch (error) {
        if (isInterruption(error) || signal.aborted) throw error;
        return { candidate, folds: finished, error };
      }
      await store.write(rows, finished[at]);
    }
    notes.done();
  }
  return { candidate, folds: finished };
}
