/**
 * The loop over the steps: what is due after each, and what is kept when one fails.
 *
 * @module
 */
import { messageOf, type TunebookError } from "../core/errors.ts";
import { isInterruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import { parameters } from "../nn/trainable_model.ts";
import { saveCheckpoint } from "./checkpoint.ts";
import { areFinite, divergence, type LastGood } from "./divergence.ts";
import { initialParameters } from "./initial_state.ts";
import type { Standing } from "./standing.ts";
import type { Start } from "./start.ts";
import {
  collectGradients,
  moveParameters,
  type StepContext,
  type StepReport,
} from "./take_step.ts";
import type { TrainContext, TrainResult } from "./train_context.ts";
import { isExhausted, judge } from "./validation.ts";
import type { WholeState } from "./whole_state.ts";

/** What the loop works on. */
export interface LoopContext extends StepContext {
  /** When the work began, by `performance.now()`. */
  readonly began: number;
  readonly whole: WholeState;
}

/** Takes the steps that are left, and gives what came of the run. */
export async function loop(
  on: LoopContext,
  context: TrainContext,
  start: Start,
): Promise<Omit<TrainResult, "packing">> {
  const { trainable, settings, state, whole, plan: { totalSteps, stepsPerEpoch } } = on;
  const { keepBest, validateEvery = stepsPerEpoch, checkpointEvery = stepsPerEpoch, checkpoints } =
    settings;
  const rescue = checkpoints ?? context.rescueFolder;
  const pause = pauses();
  let { step, losses: earlier, ...verdict } = start.standing;
  let { best } = start;
  let savedStep = step;
  const losses = [...earlier];
  const { adapter } = trainable;
  const methodRecord = adapter.record && (() => adapter.record!(on.memory));
  const isDue = (every: number) => step % every === 0 || step === totalSteps;
  const standing = (): Standing => ({ ...verdict, step, losses });

  const diverged = async (what: string): Promise<TunebookError> => {
    const present = await state.read(parameters);
    const good: LastGood = areFinite(present)
      ? { step, parameters: whole.complete(present, step) }
      : best
      ? { step: verdict.best!.step, parameters: whole.complete(best, verdict.best!.step) }
      : { step: 0, parameters: initialParameters(trainable, settings.seed) };
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
  const { signal, validate } = context;
  const takeStep = async (): Promise<StepReport> => {
    const collected = await collectGradients(on, step, signal).catch(async (error) => {
      if (!isInterruption(error)) await keepSteps(error);
      throw error;
    });
    const report = await moveParameters(on, step, collected);
    if (!Number.isFinite(report.loss)) throw await diverged(`the loss is ${report.loss}`);
    if (!Number.isFinite(report.gradientNorm)) throw await diverged("a gradient is not finite");
    return report;
  };

  // A run that was stopped while it validated, and goes on, has that before it.
  const isUnvalidated = () => step > 0 && verdict.validations.at(-1)?.step !== step;
  const validateIfDue = async () => {
    if (!validate || !isDue(validateEvery) || !isUnvalidated()) return;
    const { score, better } = await validate(await whole.after(step), signal);
    verdict = judge(verdict, { step, score }, better);
    context.onValidation?.({ step, score });
    if (keepBest && verdict.best?.step === step) best = await state.read(parameters);
  };

  let stopped: TrainResult["stopped"];
  try {
    await validateIfDue();
    while (step < totalSteps && !stopped) {
      // A macrotask lets signals and displays in between two steps.
      await pause();
      if (isExhausted(verdict, settings.patience)) stopped = "patience";
      else if (signal?.aborted) stopped = "interrupted";
      if (stopped) break;
      const report = await takeStep();
      step++;
      losses.push(report.loss);
      context.onStep?.(methodRecord ? { ...report, methodRecord } : report);
      await validateIfDue();
      if (checkpoints && isDue(checkpointEvery)) await save(checkpoints);
    }
  } catch (error) {
    // What was left behind changes nothing that a checkpoint holds.
    if (!isInterruption(error)) throw error;
    stopped = "interrupted";
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
    ...(methodRecord ? { methodRecord: methodRecord() } : {}),
  };
}

/** Adds a line to an error's message. */
function addTo(error: unknown, line: string): void {
  if (error instanceof Error) error.message += `\n${line}`;
}
