/**
 * What a training refuses before it opens anything.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { parameters, type TrainableModel } from "../nn/trainable_model.ts";
import { shownVector } from "./averages/weight_average.ts";
import { defaultCycles } from "./schedules/cosine_with_restarts.ts";
import { planSteps, repeatedSteps } from "./step_plan.ts";
import type { TrainContext } from "./train_context.ts";
import type { TrainSettings } from "./train_options.ts";
import { exampleLengths, type TrainingRows } from "./training_rows.ts";

/** Refuses settings that do not fit the method, the steps or what else the run is given. */
export function checkRun(
  { adapter }: Pick<TrainableModel, "adapter">,
  rows: TrainingRows,
  { settings, validate, processes, snapshot }: Pick<
    TrainContext,
    "settings" | "validate" | "processes" | "snapshot"
  >,
): void {
  if (!validate && (settings.keepBest || settings.patience)) {
    throw new TunebookError("input", "keepBest and patience need validation rows");
  }
  if (rows.rollout && settings.compute !== "float32") {
    throw new TunebookError(
      "input",
      `compute is "${settings.compute}", but answers are sampled in float32: their probabilities would ` +
        "differ from those of the training; leave compute out",
    );
  }
  if (settings.snapshots !== undefined && !snapshot) {
    throw new TunebookError(
      "unsupported",
      "snapshots are written by a run of a plan alone; leave them out here",
    );
  }
  if (settings.resume && !settings.checkpoints) {
    throw new TunebookError("input", "resume needs a folder in checkpoints");
  }
  if (adapter.afterStep && shownVector(settings) !== parameters) {
    throw new TunebookError(
      "input",
      "ema and swa average parameters that this method changes between steps, which would undo its " +
        "changes; leave them out",
    );
  }
  if (settings.sync && !processes) {
    throw new TunebookError(
      "input",
      "sync says when several processes meet, but this one is alone: launch it with mpirun -n 2 or more, or leave " +
        "sync out",
    );
  }
  if (settings.sync && adapter.afterStep) {
    throw new TunebookError(
      "input",
      "this method changes its parameters between steps by what one process has seen, so that processes cannot " +
        "train apart; leave sync out",
    );
  }
  const { updates = 1 } = rows.rollout ?? {};
  const { totalSteps } = repeatedSteps(planSteps(exampleLengths(rows), settings), updates);
  if (totalSteps === 0) return;
  if (settings.sync && settings.sync.every > totalSteps) {
    throw new TunebookError(
      "input",
      `the run has ${totalSteps} steps, so that processes would never meet after ${settings.sync.every} as sync ` +
        "says; give a smaller one",
    );
  }
  if (settings.snapshots !== undefined && (settings.cycles ?? defaultCycles) > totalSteps) {
    throw new TunebookError(
      "input",
      `the run has ${totalSteps} steps, fewer than the ${
        settings.cycles ?? defaultCycles
      } cycles of its snapshots; ` +
        "give fewer cycles or more epochs",
    );
  }
  adapter.checkSteps?.(totalSteps);
  checkRates(settings, totalSteps);
}

/** Refuses a run none of whose steps moves anything: parameters are float32, and so is what moves them. */
function checkRates({ learningRate }: TrainSettings, totalSteps: number): void {
  // No schedule goes above the learning rate, and every one has a step near it.
  if (Math.fround(learningRate) > 0) return;
  throw new TunebookError(
    "input",
    `the learning rate is 0 in all ${totalSteps} steps, so that nothing would be learned: float32 ` +
      `cannot hold ${learningRate}; give a larger learningRate`,
  );
}
