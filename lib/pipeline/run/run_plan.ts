/**
 * Runs a plan: read, open, assemble, train, score, deploy, one after the other.
 *
 * @module
 */
import { mistakes, type TunebookError } from "../../core/errors.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import { kernel } from "../../core/kernel.ts";
import { say } from "../../core/say.ts";
import { checkFolders, checkForms } from "../../deploy/check_targets.ts";
import type { TrainedModel } from "../../deploy/trained_model.ts";
import { parameters } from "../../nn/trainable_model.ts";
import type { ProcessGroup } from "../../parallel/process_group.ts";
import { failedHere, processGroupHere } from "../../parallel/process_group_here.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import { plannedSteps } from "../../train/step_plan.ts";
import { planMistakes } from "../plan_mistakes.ts";
import { scoreTitles } from "../display/score_titles.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { checkProbes } from "../probe/probe_tests.ts";
import { assembleStage } from "./assemble_plan.ts";
import type { Assembled, EncodedSplits } from "./assemble_stage.ts";
import { notesOf } from "./split_notes.ts";
import { answerProof, sayLimits } from "./answer_proof.ts";
import { beforeStage } from "./before_stage.ts";
import type { deployStage } from "./deploy_stage.ts";
import { driftOf } from "./drift_of.ts";
import { cardStage } from "./card_stage.ts";
import { dataForHead } from "./head_labels.ts";
import { fewStepsNote, startsAnew } from "./few_steps.ts";
import { onInterrupt } from "./on_interrupt.ts";
import { openStage } from "./open_stage.ts";
import type { AskedRows } from "./predict_inputs.ts";
import { probeStage, refuseFailures, unpublished } from "./probe_stage.ts";
import { recordOf } from "./record_of.ts";
import { readStage } from "./read_stage.ts";
import { referenceStage } from "./reference_stage.ts";
import { resultOf } from "./result_of.ts";
import { checkRunOptions, type RunOptions } from "./run_options.ts";
import { describeScores, type RunResult, scoresHeading, type ScoreTitles } from "./run_result.ts";
import { generationDefaults } from "../write/text_model_of.ts";
import { judgeOf, type Scored, scoreStage, validation } from "./score_stage.ts";
import { type Scoring, scoringOf } from "./scoring.ts";
import { rolloutStage } from "./rollout_stage.ts";
import { snapshotFolders } from "./snapshot_folders.ts";
import { shardStage } from "./shard_stage.ts";
import { sourcesOf } from "./sources.ts";
import { trackedRun } from "./tracked_run.ts";
import { trackedSettings } from "./tracked_settings.ts";
import { type TrainingStage, trainStage } from "./train_stage.ts";
import { writingStage } from "./writing_stage.ts";

export type { RunOptions } from "./run_options.ts";

/**
 * Runs a plan. Of processes that were launched together (`lib/parallel`) each runs all of it and has the result;
 * they share the steps of the training, and the first one alone says, saves and deploys.
 */
export async function runPlan(
  spec: PlanSpec,
  options: RunOptions = {},
): Promise<RunResult<unknown>> {
  checkRunOptions(options);
  await refuseMistakes(spec);
  const processes = processGroupHere();
  const trackers = processes?.rank ? [] : options.trackers ?? [];
  return await trackedRun(
    trackers,
    () => trackedSettings(spec, options.name),
    (tracking) => runStages(spec, options, { group: processes, tracking }),
    (result) => refuseFailures(result, spec),
  ).catch((error) => {
    failedHere();
    throw error;
  });
}

/** Who computes a run, and who follows it. */
interface FollowedRun extends Pick<TrainingStage, "tracking"> {
  readonly group: ProcessGroup | undefined;
}

async function runStages(
  asked: PlanSpec,
  how: RunOptions,
  { group, tracking }: FollowedRun,
): Promise<RunResult<unknown>> {
  const isFirst = !group || group.rank === 0;
  const spec = isFirst ? asked : { ...asked, targets: [] };
  const options = isFirst ? how : { ...how, quiet: true };
  await using _held = await lockFolders(isFirst ? writtenBy(spec) : []);
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const found = await readStage(spec, signal);
  const method = await spec.method.open?.() ?? spec.method;
  const settings = trainSettings(spec.train, method);
  const shards = await shardStage(spec, options, { settings, group, signal });
  const { device, processes } = shards;
  const exact = device.inFloat32 ?? device;
  const opened = await openStage(spec, { signal, read: found });
  const defaults = await generationDefaults(opened);
  const read = await dataForHead(opened, found, method);
  const asking = { method, settings, signal, device: exact, quiet: options.quiet ?? false };
  const encoded = await assembleStage(spec, opened, read, asking);
  await shards.share(encoded.trainable, signal);
  const assembled = await compared(spec, encoded, { device: exact, options, settings, signal });
  const { trainable, data, processor } = assembled;
  const about = { files: opened.files, task: read.task, processor, test: data.test };
  await checkForms(spec.targets, trainable, about);
  const probed = { task: read.task, table: read.splits.test, seed: settings.seed, signal };
  if (spec.probes) await checkProbes(spec.probes, probed);
  if (!options.quiet) sayAhead(spec, read.task, assembled, settings);

  const judge = judgeOf(spec, read.task);
  const { task, splits } = read;
  const around = { task, defaults, device: exact, settings, table: splits.test, options, signal };
  await using rollouts = await rolloutStage(assembled, { ...around, device, splits, spec, judge });
  const scoring = scoringOf(spec, trainable, exact);
  const writing = await writingStage(spec, assembled, { ...around, scorer: scoring.exact });
  const failed = async (error: unknown) => {
    await scoring[Symbol.asyncDispose]();
    await writing.dispose();
    throw error;
  };
  const beside = { ...around, ...writing, rewards: rollouts.before?.scores };
  const scoresBefore = await beforeStage(spec, assembled, beside).catch(failed);
  const trained = await trainStage(trainable, data, {
    ...{ spec, settings, options, device, signal, processes, tracking },
    sources: { weights: opened.files.weights, judge, rewards: rollouts.rewards },
    ...snapshotFolders(settings, { ...assembled, task, files: opened.files }),
    ...validation(judge, data.validation, { ...scoring, ...rollouts, writing, signal }),
    openRollouts: rollouts.openRollouts,
    samplesAt: writing.sampler?.atStep,
    sampleDrawer: writing.sampleDrawer,
  }).catch(failed);
  const { state } = trained;
  writing.use(state);
  const outputsOf = (examples: AskedRows, signal: AbortSignal) =>
    scoring.exact.outputs(examples, { state, signal });
  const dispose = async () => {
    await scoring[Symbol.asyncDispose]();
    await writing.dispose();
    state.dispose();
  };
  try {
    const asked = { ...writing, ...rollouts, state, steps: trained.step, options, signal };
    const scored = await scoreStage(spec, data.test, scoring.scorer, asked);
    const samples = await writing.samplesAfter(state, trained.step);
    if (!options.quiet && (spec.probes || spec.targets.length > 0)) {
      sayScores(scored, spec, scoring);
    }
    const exactly = (examples: AskedRows) => outputsOf(examples, signal);
    const asking = { task, processor, outputsOf: exactly, quiet: options.quiet };
    const probes = await probeStage(spec, asking, probed);
    const values = await state.read(parameters);
    const model: TrainedModel = { ...assembled, values, task, files: opened.files };
    const answers = answerProof(read, assembled, exactly, writing.open);
    const on = { device: exact, signal };
    const drift = await driftOf(trained, { trainable, rows: data.test, task, scoring, ...on });
    const run = recordOf(spec, data, scored, probes);
    const proof = { read, assembled, scored, judge, outputsOf: exactly, answers };
    const toWrite = unpublished(spec, probes);
    const written = [toWrite, model, proof, { drift, run, ...on }] as const;
    const deployed = await deployedAfter(scored, scoreTitles(spec.metrics), written);
    if (probes?.passed ?? true) await trained.forget();
    const result = resultOf({
      ...{ spec, settings, defaults, device, task, judge, splits: read.splits, assembled },
      ...{ trained, scored, scoring, samples, drift, probes, outputsOf, dispose },
      ...{ before: rollouts.before, scoresBefore },
      ...deployed,
      textModel: writing.open,
      signal: options.signal,
      quiet: options.quiet,
    });
    await shards.leave(signal);
    return await cardStage(spec, result);
  } catch (error) {
    await dispose();
    throw isInterruption(error) ? stoppedAfterTraining(trained) : withKept(error, trained);
  }
}

/** Deploys; an error tells the scores, which were computed before. */
async function deployedAfter(
  scored: Scored,
  titles: ReturnType<typeof scoreTitles>,
  written: Readonly<Parameters<typeof deployStage>>,
): Promise<Awaited<ReturnType<typeof deployStage>>> {
  // What proves a deployment is loaded after the training, so that the first step does not wait for it.
  const { deployStage } = await import("./deploy_stage.ts");
  return await deployStage(...written).catch((error) => {
    throw withScores(error, scored, titles);
  });
}

/** The folders that a plan writes. */
function writtenBy({ targets, train: { checkpoints, snapshots } }: PlanSpec): string[] {
  const kept = [checkpoints, snapshots].filter((folder) => typeof folder === "string");
  return [...targets.map(({ folder }) => folder), ...kept];
}

/** Says what the data is, and asks the model before the training about it where that is needed. */
async function compared(
  spec: PlanSpec,
  encoded: Assembled,
  context: Parameters<typeof referenceStage>[2],
): Promise<Assembled> {
  if (!context.options.quiet) say(describeData(encoded.data, encoded));
  return await referenceStage(spec, encoded, context);
}

/** Says before the training what the targets cannot do, and that it is too short, when that can still be changed. */
function sayAhead(
  { targets, method }: PlanSpec,
  task: Parameters<typeof sayLimits>[1],
  assembled: Assembled,
  settings: TrainSettings,
): void {
  sayLimits(targets, task, assembled);
  const { train } = assembled.data;
  const totalSteps = plannedSteps(train.rollouts ?? train, settings);
  const note = fewStepsNote({ settings, totalSteps, startsAnew: startsAnew(method.method) });
  if (note !== undefined) say(`note: ${note}`);
}

/** Refuses a plan that makes no sense, or that would write over what it reads. */
async function refuseMistakes(spec: PlanSpec): Promise<void> {
  const wrong = planMistakes(spec);
  if (wrong.length > 0) throw mistakes("input", "this plan makes no sense:", wrong);
  await checkFolders(spec.targets, await sourcesOf(spec));
}

function stoppedAfterTraining({ folder, step }: { folder?: string; step: number }): TunebookError {
  return interruption(
    `stopped after the ${step} steps of the training. ` +
      (folder === undefined
        ? "Its state was not kept, since the plan names no folder for checkpoints."
        : `The state is kept in ${folder}; ${
          kernel() ? "run the cell again" : "run the same plan with resume"
        } to go on with the scores.`),
  );
}

/** A failure after the training says where what was trained is kept. */
function withKept(error: unknown, { folder, step }: { folder?: string; step: number }): unknown {
  if (folder === undefined || step === 0 || !(error instanceof Error)) return error;
  error.message += `\nNothing of the training is lost: the state after step ${step} is kept in ` +
    `${folder}. Mend the cause, then ` +
    (kernel() ? "run the cell again" : "run the same plan with resume") +
    " to go on with the scores and the deployment.";
  return error;
}

/** A deployment that fails still says what the training reached. */
function withScores(error: unknown, { scores, ...about }: Scored, titles: ScoreTitles): unknown {
  if (!(error instanceof Error) || Object.keys(scores).length === 0) return error;
  const lines = describeScores(scores, titles, about);
  error.message += `\nScores on held-out rows:\n${lines.join("\n")}`;
  return error;
}

/** Says the scores before anything is written, which may fail: by a full disk for one. */
function sayScores(
  { scores, signatures }: Scored,
  { metrics }: PlanSpec,
  { reason: evaluateCompute }: Scoring,
): void {
  const lines = describeScores(scores, scoreTitles(metrics), { signatures });
  if (lines.length > 0) say([scoresHeading({ evaluateCompute }), ...lines].join("\n"));
}

function describeData(
  { report, train, validation, test }: EncodedSplits,
  { maxTokens, model: { family }, headNote }: Pick<Assembled, "maxTokens" | "model" | "headNote">,
): string {
  const about = headNote ? `${report}\n${headNote}` : String(report);
  if (family.input !== "text") return about;
  const splits = [train, test, ...(validation ? [validation] : [])];
  const told = notesOf({ train, validation, test });
  if (told.length > 0) return [about, ...told].join("\n");
  const cut = splits.reduce((sum, { truncated }) => sum + truncated, 0);
  const rows = splits.reduce((sum, { rows }) => sum + rows, 0);
  if (cut === 0) return `${about}\nno row is longer than ${maxTokens} tokens`;
  const names = ["training", "test", "validation"];
  const notes = splits.flatMap(({ cutNote }, i) => cutNote ? [`${names[i]} rows: ${cutNote}`] : []);
  return notes.length > 0
    ? `${about}\n${cut} of ${rows} rows were cut\n${notes.join("\n")}`
    : `${about}\n${cut} of ${rows} rows are longer than ${maxTokens} tokens and were cut`;
}
