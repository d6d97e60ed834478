/**
 * The training stage of a run: progress, Ctrl-C and checkpoints around the loop.
 *
 * @module
 */
import { dirname, join } from "node:path";
import process from "node:process";
import type { TunebookError } from "../../core/errors.ts";
import { lockFolders } from "../../core/folder_lock.ts";
import { interruption } from "../../core/interruption.ts";
import { kernel } from "../../core/kernel.ts";
import { notebookHere } from "../../core/notebook.ts";
import type { Progress } from "../../core/progress.ts";
import type { State } from "../../engine/mod.ts";
import { say } from "../../core/say.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { train, type TrainContext, type TrainResult } from "../../train/train.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { chooseRanks, type ChosenRanks, requireValidation } from "./choose_ranks.ts";
import { nameOf, runFingerprint, type RunSources } from "./fingerprint.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AnyExamples, EncodedSplits } from "./assemble_stage.ts";
import { titleOf } from "../display/score_titles.ts";
import type { SampleDrawer } from "../draw/sample_drawer.ts";
import type { WrittenSample } from "../write/samples.ts";
import { progressFor } from "./progress_for.ts";
import type { RunOptions } from "./run_options.ts";
import type { Tracking } from "./tracked_run.ts";
import {
  notebookView,
  type Rate,
  silentView,
  terminalView,
  type TrainingView,
} from "../display/training_view.ts";

/** Where an interrupted run without a checkpoint folder keeps its state. */
const rescueFolder = ".tunebook/interrupted";

/** What the stage needs beside the model and the data. */
export interface TrainingStage
  extends Pick<TrainContext, "device" | "validate" | "processes" | "snapshot"> {
  readonly openRollouts?: TrainContext["openRollouts"] | undefined;
  readonly spec: PlanSpec;
  readonly settings: TrainSettings;
  readonly options: RunOptions;
  readonly sources: RunSources;
  readonly signal: AbortSignal;
  /** What the model has written after a validation, if it is asked to. */
  readonly samplesAt?: ((step: number) => readonly WrittenSample[]) | undefined;
  /** Who follows the run. */
  readonly tracking: Tracking;
  /** Draws in the training, if it is asked to. */
  readonly sampleDrawer?: SampleDrawer<State> | undefined;
}

/** A training that reached its end. */
export interface TrainedRun extends TrainResult {
  /** Where its state is kept until `forget`, if anywhere. */
  readonly folder?: string;
  /** Of nested ranks, those that are kept. */
  readonly chosen?: ChosenRanks;
  /** To be called when nothing can stop the run any more: a state kept for that is removed. */
  forget(): Promise<void>;
}

/** Trains. A run that was stopped throws an error that names the folder to continue from. */
export async function trainStage(
  trainable: TrainableModel,
  data: EncodedSplits,
  { spec, settings, options, sources, samplesAt, sampleDrawer, tracking, ...context }:
    TrainingStage,
): Promise<TrainedRun> {
  requireValidation(trainable.adapter, context.validate);
  const fingerprint = await runFingerprint(spec, data, trainable, sources);
  const folder = settings.checkpoints ??
    join(rescueFolder, await nameOf(fingerprint, settings));
  const inNotebook = kernel() !== undefined;
  // A cell that was stopped and is run again goes on, without a change to its code.
  const continues = inNotebook && spec.train.resume === undefined && !settings.checkpoints;
  const resume = settings.resume || continues;
  const view = viewFor(options, titleOf(sources.judge), rateOf(trainable, data.train));
  let ended = "failed";
  let frozen: Progress | undefined;
  let result: TrainResult;
  // A folder of the plan is locked for all of the run.
  const isFirst = !context.processes?.rank;
  await using _held = await lockFolders(
    resume && !settings.checkpoints && isFirst ? [folder] : [],
  );
  try {
    result = await train(trainable, data.train.rollouts ?? data.train, {
      ...context,
      settings: resume ? { ...settings, resume, checkpoints: folder } : settings,
      fingerprint,
      rescueFolder: folder,
      // What was trained is not lost where a deployment or a score fails.
      keepLast: spec.targets.length > 0 || Object.keys(spec.metrics).length > 0,
      onResume(before) {
        const { step, borrowed } = before;
        view.resume(before);
        if (options.quiet || (continues && step === 0)) return;
        say(
          step > 0
            ? `continuing after step ${step}`
            : `there is no checkpoint of this run in ${folder}; starting from the first step`,
        );
        sayBorrowed(borrowed);
      },
      onCompute({ reason }) {
        // What was asked for goes without saying.
        if (!options.quiet && settings.compute === "auto") say(`compute ${reason}`);
      },
      onFrozenRows(done) {
        const rows = data.train.lengths.length;
        frozen ??= progressFor(options, "frozen layers", rows, "rows");
        frozen.update(done);
        if (done === rows) frozen.end();
      },
      ...(sampleDrawer
        ? {
          look: async (state, when) => {
            const drawn = await sampleDrawer.during(state, when, context.signal);
            if (drawn) view.samples(drawn);
          },
        }
        : {}),
      onStep(report) {
        view.step(report);
        tracking.step(report);
        if (!options.quiet) { for (const alarm of report.alarms ?? []) say(`warning: ${alarm}`); }
      },
      onValidation(validation) {
        view.validation(validation);
        tracking.validation(validation, sources.judge.name);
        if (samplesAt) view.samples(samplesAt(validation.step));
      },
    });
    ended = result.stopped === "interrupted" ? "stopped" : "trained";
  } finally {
    await view.end(ended);
  }
  if (result.stopped !== "interrupted") {
    const choosing = { ...context, step: result.step, seed: settings.seed };
    const chosen = await chooseRanks(trainable.adapter, result.state, choosing)
      .catch((error) => {
        result.state.dispose();
        throw error;
      });
    // A run that goes on from a checkpoint writes its own to the same folder.
    const savedIn = resume || settings.checkpoints ? folder : result.savedIn;
    const isRescue = settings.checkpoints === undefined && isFirst;
    return { ...result, ...keptIn(savedIn, isRescue), ...(chosen ? { chosen } : {}) };
  }
  result.state.dispose();
  if (result.step === 0) {
    await removeEmpty(folder);
    throw interruption("stopped before the first step; nothing was trained and nothing is kept");
  }
  throw stoppedRun(result, folder, continues);
}

/** The error of a run that goes on from its folder. */
function stoppedRun(
  { step, totalSteps }: Pick<TrainResult, "step" | "totalSteps">,
  folder: string,
  isCell: boolean,
): TunebookError {
  return interruption(
    `stopped after step ${step} of ${totalSteps}. The state is kept in ${folder}; ` +
      (isCell
        ? "run the cell again to continue, or with train({ …, resume: false }) to start again."
        : "to continue, run the same plan with --resume, or with " +
          `train({ …, checkpoints: ${JSON.stringify(folder)}, resume: true }).`),
  );
}

/** Says what a run that goes on does not have of all processes. */
function sayBorrowed(processes = 0): void {
  if (processes === 0) return;
  say(
    `${processes} of the processes go on with what the first one's optimizer has kept, since nothing of ` +
      "their own was kept there by as many processes",
  );
}

/** Where the state of a run is kept, and what removes it: the next run is a new one. */
function keptIn(
  folder: string | undefined,
  isRescue: boolean,
): Pick<TrainedRun, "folder" | "forget"> {
  return {
    ...(folder === undefined ? {} : { folder }),
    async forget() {
      if (folder === undefined || !isRescue) return;
      await Deno.remove(folder, { recursive: true }).catch(unlessGone);
      await removeEmpty(rescueFolder);
      await removeEmpty(dirname(rescueFolder));
    },
  };
}

/** Removes a folder unless something is in it. */
async function removeEmpty(folder: string): Promise<void> {
  const isEmpty = async () => (await Array.fromAsync(Deno.readDir(folder))).length === 0;
  try {
    if (await isEmpty()) await Deno.remove(folder);
  } catch (error) {
    // Another run may have put something into it meanwhile.
    if (await isEmpty().catch(() => true)) unlessGone(error);
  }
}

/** Another run of the same plan may have removed a folder meanwhile. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** Texts are read token by token; images have all the same number of places. */
function rateOf({ model: { family } }: TrainableModel, { lengths }: AnyExamples): Rate {
  return family.input === "text"
    ? { unit: "tokens", tokens: 1 }
    : { unit: "images", tokens: Math.max(1, lengths[0]) };
}

/** A view of the steps, unless the run is quiet. */
function viewFor(
  { quiet, notebook = notebookHere() }: RunOptions,
  score: string,
  rate: Rate,
): TrainingView {
  if (quiet) return silentView;
  return notebook
    ? notebookView(notebook, { scoreName: `validation ${score}`, rate })
    : terminalView(process.stderr.isTTY);
}
