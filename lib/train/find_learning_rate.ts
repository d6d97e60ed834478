/**
 * The learning-rate range test (Smith, arXiv 1506.01186; fastai's `lr_find`): steps of a training whose
 * learning rate grows from one to the next, and what their losses say of the learning rate to take.
 *
 * @module
 */
import { smoothed } from "../chart/curve.ts";
import { learningRateChart } from "../chart/learning_rate_chart.ts";
import { jupyterDisplay, withDisplay } from "../core/display.ts";
import { checkOptions } from "../core/check_options.ts";
import { optionMistake, TunebookError } from "../core/errors.ts";
import { isInterruption } from "../core/interruption.ts";
import { positive, type Rule, type Rules, share } from "../core/option_rules.ts";
import { pauses } from "../core/pauses.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { openRun } from "./open_run.ts";
import { type LearningRateSuggestion, suggestLearningRate } from "./suggest_learning_rate.ts";
import { accumulateGradients } from "./take_step.ts";
import type { TrainContext } from "./train_context.ts";
import type { TrainSettings } from "./train_options.ts";
import { exampleLengths, type TrainingRows } from "./training_rows.ts";

/** How to sweep. */
export interface FindLearningRateOptions {
  /** The learning rate of the first step; 1e-7 unless given. */
  readonly from?: number;
  /** The learning rate of the last step; 10 unless given. */
  readonly to?: number;
  /** Steps of the sweep; 100 unless given, at least 10. */
  readonly steps?: number;
  /** How much of the past stays in the smoothed loss, in [0, 1); 0.9 unless given. */
  readonly smoothing?: number;
}

/** A sweep over learning rates. In a notebook it is its chart. */
export interface LearningRateSweep extends LearningRateSuggestion {
  /** Of each step, rising. */
  readonly learningRates: readonly number[];
  /** Of each step, before it moved the parameters. */
  readonly losses: readonly number[];
  /** The losses, smoothed. */
  readonly smoothed: readonly number[];
  /** `diverged` where the smoothed loss exceeded four times its lowest, or was no number. */
  readonly ended: "completed" | "diverged" | "interrupted";
}

/** What a sweep needs beside the model and the rows. */
export interface FindContext extends Pick<TrainContext, "device" | "settings" | "signal"> {
  /** After each step. */
  readonly onStep?: (step: { readonly learningRate: number; readonly loss: number }) => void;
}

const stepsRule: Rule = [
  "a whole number from 10",
  (value) => Number.isSafeInteger(value) && value as number >= 10,
];
const rules: Rules<FindLearningRateOptions> = {
  from: positive,
  to: positive,
  steps: stepsRule,
  smoothing: share,
};
const defaults = { from: 1e-7, to: 10, steps: 100, smoothing: 0.9 };
/** A sweep ends where the smoothed loss is so many times its lowest, as in fastai. */
const divergenceRatio = 4;

/**
 * Trains for `steps` steps from the initial parameters with an exponentially growing learning rate and
 * the settings' optimizer, batches and losses; averages, early stopping, unfreezing and other processes have no part. The
 * model and the method stay as they are.
 *
 * Throws an error of kind "input" for options that make no sense.
 */
export async function findLearningRate(
  trainable: TrainableModel,
  rows: TrainingRows,
  { device, settings, signal, onStep }: FindContext,
  options: FindLearningRateOptions = {},
): Promise<LearningRateSweep> {
  const { from, to, steps, smoothing } = sweepOptions(options);
  if (rows.rollout) {
    throw new TunebookError(
      "unsupported",
      "a sweep of learning rates follows the loss of rows that stay; these are sampled anew in each step",
    );
  }
  if (settings.shard) {
    throw new TunebookError(
      "unsupported",
      "a sweep of learning rates is work of one process, whose weights nobody shares; leave shard out",
    );
  }
  const context = { device, settings: sweepSettings(settings, rows, steps), fingerprint: {} };
  await using run = await openRun(trainable, rows, context);
  const learningRates: number[] = [];
  const losses: number[] = [];
  let ended: LearningRateSweep["ended"] = "completed";
  const pause = pauses();
  try {
    for (let step = 0; step < steps && ended === "completed"; step++) {
      await pause();
      if (signal?.aborted) {
        ended = "interrupted";
        break;
      }
      const learningRate = from * (to / from) ** (step / (steps - 1));
      const loss = await accumulateGradients(run, step, signal);
      learningRates.push(learningRate);
      losses.push(loss);
      onStep?.({ learningRate, loss });
      if (hasDiverged(losses, smoothing)) ended = "diverged";
      const groups = run.schedule(step).map((group) => ({
        ...group,
        learningRate: group.learningRate * learningRate,
      }));
      const { norm } = await run.optimizer.step(groups, run.lossScaling?.scale);
      const isSkipped = Number.isFinite(loss) && run.lossScaling?.update(step + 1, norm);
      if (!Number.isFinite(norm) && !isSkipped) ended = "diverged";
    }
  } catch (error) {
    if (!isInterruption(error)) throw error;
    ended = "interrupted";
  }
  const smooth = Array.from(smoothed(losses, smoothing));
  const sweep: LearningRateSweep = {
    learningRates,
    losses,
    smoothed: smooth,
    ended,
    ...suggestLearningRate(learningRates, smooth, { diverged: ended === "diverged" }),
  };
  return withDisplay(sweep, () => learningRateChart(sweep)[jupyterDisplay]());
}

/** The training's settings with enough epochs, and a learning rate that the sweep alone makes. */
function sweepSettings(settings: TrainSettings, rows: TrainingRows, steps: number): TrainSettings {
  const { batchSize, accumulate } = settings;
  const stepsPerEpoch = Math.ceil(exampleLengths(rows).length / (batchSize * accumulate));
  const { ema: _, swa: __, unfreeze: ___, sync: ____, ...kept } = settings;
  return {
    ...kept,
    epochs: Math.ceil(steps / stepsPerEpoch),
    learningRate: 1,
    schedule: "constant",
    warmup: 0,
    cacheFrozen: false,
    // A sweep is too short to measure what is faster.
    compute: kept.compute === "auto" ? "float32" : kept.compute,
  };
}

function hasDiverged(losses: readonly number[], smoothing: number): boolean {
  if (!Number.isFinite(losses.at(-1))) return true;
  const smooth = smoothed(losses, smoothing);
  return smooth[smooth.length - 1] > divergenceRatio * Math.min(...smooth);
}

/** The options with their defaults; throws an error of kind "input" for those that make no sense. */
export function sweepOptions(options: FindLearningRateOptions): Required<FindLearningRateOptions> {
  const given = Object.fromEntries(
    Object.entries(Object(options)).filter(([, value]) => value !== undefined),
  );
  const all: Required<FindLearningRateOptions> = { ...defaults, ...given };
  checkOptions(
    "findLearningRate",
    options,
    rules,
    () => all.to > all.from ? [] : [optionMistake("to", `is ${all.to}, but must be above from`)],
  );
  return all;
}
