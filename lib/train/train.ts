/**
 * The training loop.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import type { Device, State } from "../engine/mod.ts";
import { pauses } from "../core/pauses.ts";
import { parameters, type Trainee } from "../nn/trainee.ts";
import {
  type Fingerprint,
  loadCheckpoint,
  prepareFolder,
  restoreCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { areFinite, divergence, type LastGood, type Tensors } from "./divergence.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { countFrozenLayers } from "../nn/frozen_layers.ts";
import { positionsAbove } from "../nn/hidden_program.ts";
import { cacheHidden } from "./hidden_cache.ts";
import { gradientProgram } from "./gradient_program.ts";
import { initialParameters, initialState } from "./initial_state.ts";
import { gradientSource, occurringWords } from "./occurring_words.ts";
import { createOptimiser } from "./optimiser.ts";
import type { Standing } from "./standing.ts";
import { choosePacking } from "./packing.ts";
import { planSteps } from "./step_plan.ts";
import {
  collectGradients,
  moveParameters,
  type StepContext,
  type StepReport,
  type TrainingRows,
} from "./take_step.ts";
import type { TrainSettings } from "./train_options.ts";
import { isExhausted, judge, noVerdict, type Validation } from "./validation.ts";
import { type WholeState, wholeState } from "./whole_state.ts";

export type { LastGood } from "./divergence.ts";
export type { StepReport, TrainingRows } from "./take_step.ts";
export type { Validation } from "./validation.ts";
export { initialState } from "./initial_state.ts";

/** What a loop needs beside the model. */
export interface TrainContext {
  readonly device: Device;
  readonly settings: TrainSettings;
  /** What the run depends on beside its settings and rows, for the checkpoint: model, method, data. */
  readonly fingerprint: Fingerprint;
  /** Scores the present state on the validation rows. A score that is no number counts as worst. */
  readonly validate?: (state: State) => Promise<{ score: number; better: "higher" | "lower" }>;
  /** Rows that the frozen layers are done with, where their result is kept for all epochs. */
  readonly onFrozenRows?: (done: number) => void;
  /** Where a run that was asked to continue starts: the steps that were taken, 0 without a checkpoint. */
  readonly onResume?: (step: number) => void;
  readonly onStep?: (report: StepReport) => void;
  readonly onValidation?: (validation: Validation) => void;
  /** Stops the run after the present step, with a checkpoint where there is a folder. */
  readonly signal?: AbortSignal;
  /** Where a run without `checkpoints` keeps its state when it is stopped or fails. */
  readonly rescueFolder?: string;
}

/** What came of a run. */
export interface TrainResult extends Standing {
  /** The trained tensors, on the device. */
  readonly state: State;
  readonly totalSteps: number;
  /** Steps of this process; a continued run has taken others before. */
  readonly stepsHere: number;
  /** Seconds of this process in running the frozen layers once and in the steps. */
  readonly seconds: number;
  /** Why it ended before the last step. */
  readonly stopped?: "patience" | "interrupted";
  /** The step whose parameters the state holds. */
  readonly keptStep: number;
  /** Whether rows were packed, and why: "off: …" or "on: …". */
  readonly packing: string;
  /** What the method says about the run, such as ranks over time. */
  readonly methodRecord?: Readonly<Record<string, unknown>>;
}

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
  trainee: Trainee,
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
  const plan = planSteps(rows.lengths, settings);
  const frozenLayers = countFrozenLayers(trainee);
  const fromHidden = settings.cacheFrozen && frozenLayers > 0 && settings.epochs > 1;
  const onlyFirst = fromHidden && positionsAbove(trainee, frozenLayers) === "first";
  const { reason, layoutOf } = choosePacking(trainee, rows, settings, plan, { onlyFirst });
  if (plan.totalSteps > 0) trainee.adapter.checkSteps?.(plan.totalSteps);
  const fingerprint = fingerprintOf(context.fingerprint, settings, rows, plan);
  const words = occurringWords(trainee, rows);
  const state = await initialState(trainee, device, settings, words);
  const whole = wholeState(trainee, state, {
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
    const program = gradientProgram(trainee, {
      fromHidden,
      packed,
      gradientCheckpointing,
      tokens,
      words,
    });
    const frozen = gradientSource(trainee, words);
    const gradientStep = await device.compile(program, { frozen, state });
    opened.push(gradientStep);
    const optimiser = await createOptimiser(device, state, settings);
    opened.push(optimiser);
    const began = performance.now();
    let fed = rows;
    if (fromHidden) {
      const { onFrozenRows: onRows, signal } = context;
      const cached = await cacheHidden(trainee, rows, device, { frozenLayers, onRows, signal });
      opened.push({ dispose: async () => await cached[Symbol.asyncDispose]() });
      fed = cached;
    }
    const start = await resume(context, state, fingerprint);
    if (settings.resume) context.onResume?.(start.standing.step);
    const memory = new Map(start.memory);
    const on = {
      began,
      trainee,
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
function tokensOfBatch({ lengths }: TrainingRows, { batchSize }: TrainSettings): number {
  const all = Array.from(lengths).reduce((sum, length) => sum + length, 0);
  return all * Math.min(1, batchSize / lengths.length);
}

/** Where a run starts. */
interface Start {
  readonly standing: Standing;
  readonly best?: Tensors;
  readonly memory: Tensors;
}

const beginning: Start = { standing: { ...noVerdict, step: 0, losses: [] }, memory: new Map() };

/** Continues from the folder's checkpoint where that was asked for and there is one. */
async function resume(
  { settings: { checkpoints, resume } }: TrainContext,
  state: State,
  fingerprint: Fingerprint,
): Promise<Start> {
  if (!checkpoints) return beginning;
  await prepareFolder(checkpoints);
  const checkpoint = resume ? await loadCheckpoint(checkpoints) : undefined;
  if (!checkpoint) return beginning;
  await restoreCheckpoint(checkpoints, state, checkpoint, fingerprint);
  return checkpoint;
}

async function loop(
  on: StepContext & { readonly began: number; readonly whole: WholeState },
  context: TrainContext,
  start: Start,
): Promise<Omit<TrainResult, "packing">> {
  const { trainee, settings, state, whole, plan: { totalSteps, stepsPerEpoch } } = on;
  const { keepBest, validateEvery = stepsPerEpoch, checkpointEvery = stepsPerEpoch, checkpoints } =
    settings;
  const rescue = checkpoints ?? context.rescueFolder;
  const pause = pauses();
  let { step, losses: earlier, ...verdict } = start.standing;
  let { best } = start;
  let savedStep = step;
  const losses = [...earlier];
  const isDue = (every: number) => step % every === 0 || step === totalSteps;
  const standing = (): Standing => ({ ...verdict, step, losses });

  const diverged = async (what: string): Promise<TunebookError> => {
    const present = await state.read(parameters);
    const good: LastGood = areFinite(present)
      ? { step, parameters: whole.complete(present, step) }
      : best
      ? { step: verdict.best!.step, parameters: whole.complete(best, verdict.best!.step) }
      : { step: 0, parameters: initialParameters(trainee, settings.seed) };
    const error = divergence(step + 1, what, settings, good);
    await keepSteps(error);
    return error;
  };
  const write = async (folder: string | undefined) => {
    if (!folder || savedStep === step) return;
    await saveCheckpoint(folder, state, {
      standing: standing(),
      fingerprint: context.fingerprint,
      ...(best ? { best } : {}),
      memory: on.memory,
    });
    savedStep = step;
  };
  const save = async (folder: string | undefined) => {
    if (!areFinite(await state.read(parameters))) throw await diverged("a parameter is not finite");
    await write(folder);
  };
  // The error stays the one that is thrown, whatever comes of the checkpoint.
  const keepSteps = async (error: unknown) => {
    try {
      if (areFinite(await state.read(parameters))) await write(rescue);
    } catch (second) {
      addTo(error, `The state after step ${step} could not be kept: ${messageOf(second)}`);
    }
    if (rescue && savedStep > 0) {
      addTo(error, `The checkpoint of step ${savedStep} is in ${rescue}.`);
    }
  };
  const takeStep = async (): Promise<StepReport> => {
    const collected = await collectGradients(on, step).catch(async (error) => {
      await keepSteps(error);
      throw error;
    });
    const report = await moveParameters(on, step, collected);
    if (!Number.isFinite(report.loss)) throw await diverged(`the loss is ${report.loss}`);
    if (!Number.isFinite(report.gradientNorm)) throw await diverged("a gradient is not finite");
    return report;
  };

  let stopped: TrainResult["stopped"];
  while (step < totalSteps && !stopped) {
    // A macrotask lets signals and displays in between two steps.
    await pause();
    if (isExhausted(verdict, settings.patience)) stopped = "patience";
    else if (context.signal?.aborted) stopped = "interrupted";
    if (stopped) break;
    const report = await takeStep();
    step++;
    losses.push(report.loss);
    context.onStep?.(report);
    if (context.validate && isDue(validateEvery)) {
      const { score, better } = await context.validate(await whole.after(step));
      verdict = judge(verdict, { step, score }, better);
      context.onValidation?.({ step, score });
      if (keepBest && verdict.best?.step === step) best = await state.read(parameters);
    }
    if (checkpoints && isDue(checkpointEvery)) await save(checkpoints);
  }
  await save(stopped === "interrupted" ? rescue : checkpoints);
  const bestStep = best && stopped !== "interrupted" ? verdict.best!.step : undefined;
  if (bestStep !== undefined) await state.write(parameters, best!);
  const keptStep = bestStep ?? step;
  const trained = await whole.after(keptStep);
  whole.release();
  return {
    ...standing(),
    state: trained,
    totalSteps,
    stepsHere: step - start.standing.step,
    seconds: (performance.now() - on.began) / 1000,
    ...(stopped ? { stopped } : {}),
    keptStep,
    ...(trainee.adapter.record ? { methodRecord: trainee.adapter.record(on.memory) } : {}),
  };
}

/** Adds a line to an error's message. */
function addTo(error: unknown, line: string): void {
  if (error instanceof Error) error.message += `\n${line}`;
}
