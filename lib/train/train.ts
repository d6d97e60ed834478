/**
 * Training: everything is opened, the loop runs, everything is closed.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { countFrozenLayers } from "../nn/frozen_layers.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { trainingFingerprint } from "./fingerprint.ts";
import { gradientProgram } from "./gradient_program.ts";
import { cacheHidden } from "./hidden_cache.ts";
import { initialState } from "./initial_state.ts";
import { loop } from "./loop.ts";
import { gradientSource, occurringWords } from "./occurring_words.ts";
import { createOptimiser } from "./optimiser.ts";
import { choosePacking } from "./packing.ts";
import { findStart } from "./start.ts";
import { planSteps } from "./step_plan.ts";
import { exampleLengths, type TrainingRows } from "./training_rows.ts";
import type { TrainContext, TrainResult } from "./train_context.ts";
import type { TrainSettings } from "./train_options.ts";
import { wholeState } from "./whole_state.ts";

export type { LastGood } from "./divergence.ts";
export { initialState } from "./initial_state.ts";
export type { StepReport } from "./take_step.ts";
export type { TrainingRows } from "./training_rows.ts";
export type { TrainContext, TrainResult } from "./train_context.ts";
export type { Validation } from "./validation.ts";

/**
 * Trains the adapter and the head on the rows.
 *
 * Throws an error of kind "diverged" with a `LastGood` as its cause when the loss, the gradients or
 * the parameters are no longer finite. When that, or a device that fails (out of memory for one),
 * ends a step before its update began, a checkpoint of the steps before it is written to the folder
 * of checkpoints or the rescue folder, and the error names it. A failure in the update itself, or in
 * what the method does after it, leaves numbers between two steps: nothing is written then, and an
 * earlier checkpoint stays as it is.
 */
export async function train(
  trainable: TrainableModel,
  rows: TrainingRows,
  context: TrainContext,
): Promise<TrainResult> {
  const { device, settings, validate } = context;
  if (!validate && (settings.keepBest || settings.patience)) {
    throw new TunebookError("input", "keepBest and patience need validation rows");
  }
  if (settings.resume && !settings.checkpoints) {
    throw new TunebookError("input", "resume needs a folder in checkpoints");
  }
  const plan = planSteps(exampleLengths(rows), settings);
  const frozenLayers = countFrozenLayers(trainable);
  const fromHidden = settings.cacheFrozen && frozenLayers > 0 && settings.epochs > 1;
  const { reason, layoutOf } = choosePacking(
    trainable,
    rows,
    settings,
    plan,
    fromHidden ? frozenLayers : 0,
  );
  if (plan.totalSteps > 0) trainable.adapter.checkSteps?.(plan.totalSteps);
  const fingerprint = trainingFingerprint(context.fingerprint, settings, rows, plan);
  const words = occurringWords(trainable, rows);
  const state = await initialState(trainable, device, settings, words);
  const whole = wholeState(trainable, state, {
    device,
    settings,
    totalSteps: plan.totalSteps,
    words,
  });
  const opened: { dispose(): Promise<void> }[] = [];
  try {
    const { gradientCheckpointing } = settings;
    const packed = layoutOf !== undefined;
    const tokens = tokensOfBatch(rows, settings);
    const program = gradientProgram(trainable, {
      fromHidden,
      packed,
      gradientCheckpointing,
      tokens,
      words,
    });
    const frozen = gradientSource(trainable, words);
    const gradientStep = await device.compile(program, { frozen, state });
    opened.push(gradientStep);
    const optimiser = await createOptimiser(device, state, settings);
    opened.push(optimiser);
    const began = performance.now();
    let fed = rows;
    if (fromHidden) {
      const { onFrozenRows: onRows, signal } = context;
      const cached = await cacheHidden(trainable, rows, device, { frozenLayers, onRows, signal });
      opened.push({ dispose: async () => await cached[Symbol.asyncDispose]() });
      fed = cached;
    }
    const start = await findStart(context, state, { fingerprint, words });
    if (settings.resume) context.onResume?.(start.standing.step);
    const memory = new Map(start.memory);
    const on = {
      began,
      trainable,
      rows: fed,
      layoutOf,
      settings,
      plan,
      state,
      whole,
      gradientStep,
      optimiser,
      memory,
    };
    return { ...await loop(on, { ...context, fingerprint }, start), packing: reason };
  } catch (error) {
    whole.dispose();
    throw error;
  } finally {
    for (const each of opened) await each.dispose();
  }
}

/** About how many tokens a batch has, without padding. */
function tokensOfBatch(rows: TrainingRows, { batchSize }: TrainSettings): number {
  const lengths = exampleLengths(rows);
  const all = Array.from(lengths).reduce((sum, length) => sum + length, 0);
  return all * Math.min(1, batchSize / lengths.length);
}
