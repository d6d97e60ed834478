/**
 * One optimiser step: the gradients of its parts, the update, and what the method does afterwards.
 *
 * @module
 */
import { Random } from "../core/random.ts";
import { type HostTensor, ops, type State, type Step } from "../engine/mod.ts";
import type { MethodRecord } from "../nn/adapter.ts";
import { parameters, type TrainableModel } from "../nn/trainable_model.ts";
import { type BatchLayout, paddedLayout } from "../text/batch_layout.ts";
import { penaltyShare } from "./gradient_program.ts";
import type { Optimiser, StepTaken } from "./optimiser.ts";
import { learningRateAt } from "./schedules/mod.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";
import { sequencesOf, type TrainingRows } from "./training_rows.ts";

/** What has happened in one optimiser step. */
export interface StepReport {
  /** From 1. */
  readonly step: number;
  readonly totalSteps: number;
  /** In epochs, with a fraction. */
  readonly epoch: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Global norm of the gradients before clipping. */
  readonly gradientNorm: number;
  /** Tokens of the step's rows, without padding. */
  readonly tokens: number;
  /** Asks the method about the run so far; absent where it says nothing. */
  readonly methodRecord?: () => MethodRecord;
}

/** What a step works on. */
export interface StepContext {
  readonly trainable: TrainableModel;
  readonly rows: TrainingRows;
  /** How a batch is packed; absent where batches are padded. */
  readonly layoutOf: ((rows: ArrayLike<number>) => BatchLayout) | undefined;
  readonly settings: TrainSettings;
  readonly plan: StepPlan;
  readonly state: State;
  readonly gradientStep: Step;
  readonly optimiser: Optimiser;
  /** What the method keeps from step to step. */
  readonly memory: Map<string, Float32Array>;
}

/** What the parts of a step left: their loss, and their gradients in the state. */
export interface Collected {
  readonly loss: number;
}

/**
 * Runs the parts of the step after `done` steps. The parameters stay as they are, also where the
 * signal leaves a part behind (`Step.run`).
 */
export async function collectGradients(
  context: StepContext,
  done: number,
  signal?: AbortSignal,
): Promise<Collected> {
  const { trainable: { objective }, rows, layoutOf, settings, plan, gradientStep, optimiser } =
    context;
  const parts = plan.partsOf(done);
  // Rows of weight 0 alone have no loss; dividing by 1 keeps it at 0.
  const normaliser = parts.reduce((sum, part) => sum + objective.weightOf(part), 0) || 1;
  let loss = 0;
  for (const [part, numbers] of parts.entries()) {
    const packed = layoutOf?.(numbers);
    const sequences = sequencesOf(rows, numbers);
    const layout = packed ?? paddedLayout(sequences.map((sequence) => rows.lengths[sequence]));
    const results = await gradientStep.run({
      ...(packed ? rows.packedFeedsOf!(sequences, packed) : rows.feedsOf(sequences)),
      ...objective.targetsOf(numbers, normaliser, layout),
      [penaltyShare]: { shape: [], data: Float32Array.of(1 / parts.length) },
      noise: noise(settings.seed, done, part),
    }, signal);
    loss += Number(results.loss.data[0]);
    await optimiser.add(part === 0);
  }
  return { loss };
}

/**
 * Moves the parameters by what was collected. Where the report's loss or norm is no finite number,
 * they were left as they are.
 */
export async function moveParameters(
  context: StepContext,
  done: number,
  { loss }: Collected,
): Promise<StepReport> {
  const { rows, settings, plan, optimiser } = context;
  const { totalSteps, stepsPerEpoch } = plan;
  const step = done + 1;
  const report = {
    step,
    totalSteps,
    epoch: step / stepsPerEpoch,
    loss,
    learningRate: learningRateAt({ ...settings, totalSteps }, done),
    tokens: plan.partsOf(done).flatMap((part) => [...part])
      .reduce((sum, row) => sum + rows.lengths[row], 0),
  };
  if (!Number.isFinite(loss)) return { ...report, gradientNorm: NaN };
  const taken = await optimiser.step(step, report.learningRate);
  if (Number.isFinite(taken.norm)) await runAfterStep(context, step, taken);
  return { ...report, gradientNorm: taken.norm };
}

async function runAfterStep(
  { trainable: { adapter }, plan: { totalSteps }, state, optimiser, memory }: StepContext,
  step: number,
  taken: StepTaken,
): Promise<void> {
  if (!adapter.afterStep) return;
  const changed = adapter.afterStep({
    step,
    totalSteps,
    parameters: await state.read(parameters),
    gradients: await optimiser.gradients(taken),
    memory,
  });
  if (changed) await state.write(parameters, changed);
}

/** Fresh in every part of every step, and the same after a resume. */
function noise(seed: number, step: number, part: number): HostTensor {
  const random = Random.fromSeed(seed, "noise", step, part);
  const data = Float32Array.from({ length: ops.noiseSize }, () => random.uniform());
  return { shape: [ops.noiseSize], data };
}
