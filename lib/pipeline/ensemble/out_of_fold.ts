/**
 * What plans say about rows that did not train them: each fold's, said by a training on all others.
 *
 * @module
 */
import { interruption } from "../../core/interruption.ts";
import type { Progress } from "../../core/progress.ts";
import type { Device } from "../../engine/mod.ts";
import type { Predictions } from "../../nn/predictions.ts";
import { predictionsOf } from "../../tasks/shared/class_predictions.ts";
import type { Candidate, CandidateMetric } from "../select/candidates.ts";
import { openFoldRuns } from "../select/fold_runs.ts";
import type { Pool } from "../select/pool.ts";
import type { FoldRows } from "../select/pool_folds.ts";

/** How it is trained. */
export interface OutOfFoldContext {
  readonly device: Device;
  readonly metric: CandidateMetric;
  readonly signal: AbortSignal;
  /** Counts finished folds of all plans. */
  readonly progress: Progress;
}

/** What each plan says about all rows of the pool, in their order. */
export async function outOfFold(
  candidates: readonly Candidate[],
  pool: Pool,
  folds: readonly FoldRows[],
  { device, metric, signal, progress }: OutOfFoldContext,
): Promise<Predictions<"single">[]> {
  const found: Predictions<"single">[] = [];
  let finished = 0;
  for (const { name, spec } of candidates) {
    const { labels } = pool.task;
    const rows = pool.table.numRows();
    const logits = new Float32Array(rows * labels.length);
    const truth = new Int32Array(rows);
    const runs = await openFoldRuns(spec, pool, { device, metric, signal });
    for (const fold of folds) {
      if (signal.aborted) throw interruption();
      const what = `${name}, fold ${fold.fold} of ${folds.length}`;
      progress.update(finished, what);
      await runs.run(fold, {
        signal,
        measures: false,
        onStep: ({ step, totalSteps }) =>
          progress.update(finished, `${what}: step ${step} of ${totalSteps}`),
        onPredictions(said) {
          const { logits: own, truth: right } = said as Predictions<"single">;
          fold.test.forEach((row, at) => {
            const numbers = own.subarray(at * labels.length, (at + 1) * labels.length);
            logits.set(numbers, row * labels.length);
            truth[row] = right[at];
          });
        },
      });
      progress.update(++finished);
    }
    found.push(predictionsOf({ kind: "single", labels, logits, truth: [...truth] }));
  }
  return found;
}
