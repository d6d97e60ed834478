/**
 * One optimizer step: the gradients of its micro-batches, the update, and what the method does
 * afterwards.
 *
 * @module
 */
import { once } from "../core/once.ts";
import { Random } from "../core/random.ts";
import { type HostTensor, ops, type State, type Step } from "../engine/mod.ts";
import type { BatchDraw, Feeds } from "../nn/feeds.ts";
import type { MethodRecord } from "../nn/method.ts";
import { parameters, type TrainableModel } from "../nn/trainable_model.ts";
import { gather } from "../parallel/gather.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
import { type BatchLayout, paddedLayout } from "../text/batch_layout.ts";
import { foundSquares } from "./gradient_squares.ts";
import { penaltyShare } from "./gradient_program.ts";
import type { WeightAverage } from "./averages/weight_average.ts";
import type { GroupSchedule } from "./group_steps.ts";
import { idleSteps, isOwn, sumGradients } from "./data_parallel.ts";
import type { FeedsAhead } from "./feeds_ahead.ts";
import { lossScaleInput, type LossScaling, withoutSkipped } from "./loss_scaling.ts";
import type { Optimizer, StepTaken } from "./optimizer.ts";
import type { OuterOptimizer } from "./outer_optimizer.ts";
import { learningRateAt } from "./schedules/mod.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";
import { toldOf } from "./told_results.ts";
import { sequencesOf, type TrainingRows } from "./training_rows.ts";
import { copiedTensor, stepOutputs, type WholeBatch } from "./whole_batch.ts";

/** What has happened in one optimizer step. */
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
  /**
   * True where nothing moved: the gradients were too large for float16 (`loss_scaling.ts`), or a rollout has nothing
   * to learn from.
   */
  readonly skipped?: true;
  /** Tokens of the step's rows, without padding. */
  readonly tokens: number;
  /** Asks the method, or the rollouts, about the run so far; absent where they say nothing. */
  readonly methodRecord?: () => MethodRecord;
  /** What is alarming in the rollout of the step, in sentences. */
  readonly alarms?: readonly string[];
}

/** What a step works on. */
export interface StepContext {
  readonly trainable: TrainableModel;
  readonly rows: TrainingRows;
  /** Feeds of padded batches. */
  readonly ahead: FeedsAhead;
  /** How a batch is packed; absent where batches are padded. */
  readonly layoutOf: ((rows: ArrayLike<number>) => BatchLayout) | undefined;
  readonly settings: TrainSettings;
  readonly plan: StepPlan;
  readonly state: State;
  /** Which groups train in a step, and how. */
  readonly schedule: GroupSchedule;
  /** The compiled gradient program. */
  readonly compiledGradients: Step;
  /** Present where the loss is one of all micro-batches together. */
  readonly wholeBatch: WholeBatch | undefined;
  readonly optimizer: Optimizer;
  /** Present where the device computes in float16. */
  readonly lossScaling: LossScaling | undefined;
  readonly average: WeightAverage;
  /** Present where several processes share the steps. */
  readonly processes?: ProcessGroup | undefined;
  /** Present where they train apart and meet now and then. */
  readonly outer?: OuterOptimizer | undefined;
  /** What the method keeps from step to step. */
  readonly methodState: Map<string, Float32Array>;
}

/**
 * Leaves the gradients of the step after `done` steps in the state, and gives its loss. The parameters
 * stay as they are, also where the signal leaves a micro-batch behind (`Step.run`).
 */
export async function accumulateGradients(
  context: StepContext,
  done: number,
  signal?: AbortSignal,
): Promise<number> {
  const { trainable: { objective }, plan, optimizer, wholeBatch, lossScaling, processes } = context;
  const microBatches = microBatchesHere(context, done);
  const { seed } = context.settings;
  const drawOf = (microBatch: number) => drawAt(plan, { seed, step: done, microBatch });
  const stepRows = microBatches.flatMap(({ examples }) => [...examples]);
  // Examples of weight 0 alone have no loss; dividing by 1 keeps it at 0.
  const normaliser = weightHere(context, done) || 1;
  const ownCount = microBatches.filter(({ isComputedHere }) => isComputedHere).length;
  const batches = microBatches.map(({ examples, index, isComputedHere }) => {
    const draw = drawOf(index);
    const { layout, feeds } = batchFeedsOf(context, examples, draw);
    // A step that is run twice keeps its only batch; of several, all would be in memory at once.
    return {
      examples,
      draw,
      isComputedHere,
      layout,
      feeds: wholeBatch && ownCount === 1 ? once(feeds) : feeds,
    };
  });
  const shared = context.outer ? undefined : processes;
  const whole = wholeBatch && batches.length > 0 && await wholeBatch.loss(
    await stepOutputs(wholeBatch, batches, shared, signal),
    (outputs) => objective.targetsOf(stepRows, normaliser, { outputs, draw: drawOf(0), stepRows }),
    signal,
  );
  // All processes have the loss of the whole step, and theirs are added up.
  let loss = whole && !shared?.rank ? whole.loss : 0;
  let isFirst = true;
  const observed: Observed[] = [];
  for (const [at, { examples, draw, isComputedHere, layout, feeds }] of batches.entries()) {
    if (!isComputedHere) continue;
    const results = await context.compiledGradients.run({
      ...await feeds(),
      ...(whole
        ? whole.feeds[at]
        : objective.targetsOf(examples, normaliser, { layout, draw, stepRows })),
      [penaltyShare]: scalarOf(1 / microBatches.length),
      ...(lossScaling ? { [lossScaleInput]: scalarOf(lossScaling.scale) } : {}),
    }, signal);
    loss += Number(results.loss.data[0]);
    if (context.rows.rollout) observed.push(observedOf(examples, toldOf(results)));
    await optimizer.add(isFirst, foundSquares(results));
    isFirst = false;
  }
  await observe(context.rows, observed, shared, signal);
  if (!shared) return loss;
  return await sumGradients(shared, context.state, { loss, hasOwn: !isFirst, signal });
}

/** What the loss told of some examples. */
interface Observed {
  readonly examples: readonly number[];
  readonly told: Readonly<Record<string, HostTensor>>;
}

/** Copies, since tensors may be parts of larger buffers, which would be sent to other processes as a whole. */
function observedOf(
  examples: ArrayLike<number>,
  told: Readonly<Record<string, HostTensor>>,
): Observed {
  const copies = Object.entries(told).map(([name, tensor]) => [name, copiedTensor(tensor)]);
  return { examples: Array.from(examples), told: Object.fromEntries(copies) };
}

/** Lets rollouts look at what the loss told, in all processes. */
async function observe(
  { rollout }: TrainingRows,
  own: readonly Observed[],
  processes: ProcessGroup | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (!rollout) return;
  const all = processes ? (await gather(processes, own, signal)).flat() : own;
  for (const { examples, told } of all) rollout.observe(examples, told);
}

/**
 * The micro-batches of the step after `done` steps, with their numbers in it. Of processes that train apart each
 * has its own step.
 */
function microBatchesHere({ plan, processes, outer }: StepContext, done: number) {
  const all = plan.microBatchesOf(done).map((examples, index) => ({
    examples,
    index,
    isComputedHere: isOwn(processes, index),
  }));
  return outer ? all.filter(({ isComputedHere }) => isComputedHere) : all;
}

/** What the rows of the step after `done` steps count, of processes that train apart this one's rows. */
export function weightHere(context: StepContext, done: number): number {
  const { objective } = context.trainable;
  return microBatchesHere(context, done)
    .reduce((sum, { examples }) => sum + objective.weightOf(examples), 0);
}

/** What a micro-batch is fed with beside its targets, and where its sequences stand. */
function batchFeedsOf(
  { rows, plan, layoutOf, ahead, processes, trainable: { objective } }: StepContext,
  examples: ArrayLike<number>,
  batch: BatchDraw,
): { readonly layout: BatchLayout; feeds(): Promise<Feeds> } {
  const packed = layoutOf?.(examples);
  const sequences = sequencesOf(rows, examples);
  const layout = packed ?? paddedLayout(sequences.map((sequence) => rows.lengths[sequence]));
  return {
    layout,
    feeds: async () => ({
      ...objective.sums?.feedsOf(examples, layout),
      ...(packed
        ? packed.shared
          ? rows.sharedPrompts!.feedsOf(sequences, packed)
          : rows.packedFeedsOf!(sequences, packed)
        : await ahead.take(batch, batchAfter(plan, batch, processes))),
      noise: noise(batch),
    }),
  };
}

/** The micro-batch that is computed here after one, if there is any in this step or the next. */
function batchAfter(
  plan: StepPlan,
  { seed, step, microBatch }: BatchDraw,
  { rank, size } = { rank: 0, size: 1 },
): BatchDraw | undefined {
  const isLast = microBatch + size >= plan.microBatchesOf(step).length;
  if (!isLast) return drawAt(plan, { seed, step, microBatch: microBatch + size });
  if (step + 1 === plan.totalSteps || rank >= plan.microBatchesOf(step + 1).length) {
    return undefined;
  }
  return drawAt(plan, { seed, step: step + 1, microBatch: rank });
}

function drawAt({ stepsPerEpoch }: StepPlan, batch: Omit<BatchDraw, "epoch">): BatchDraw {
  return { ...batch, epoch: Math.floor(batch.step / stepsPerEpoch) };
}

/**
 * Moves the parameters along the accumulated gradients, and their average after them. Where the
 * report's loss or norm is no finite number, they were left as they are; a `skipped` step can be followed by
 * another one.
 */
export async function optimizerStep(
  context: StepContext,
  done: number,
  loss: number,
): Promise<StepReport> {
  const { rows, settings, plan, schedule, optimizer, lossScaling, average } = context;
  const { totalSteps, stepsPerEpoch } = plan;
  const step = done + 1;
  const report = {
    step,
    totalSteps,
    epoch: step / stepsPerEpoch,
    loss,
    learningRate: learningRateAt({ ...settings, totalSteps }, done),
    tokens: plan.microBatchesOf(done).flatMap((examples) => sequencesOf(rows, examples))
      .reduce((sum, sequence) => sum + rows.lengths[sequence], 0),
  };
  if (!Number.isFinite(loss)) return { ...report, gradientNorm: NaN };
  const { isEmpty = microBatchesHere(context, done).length === 0, emptySteps = [] } =
    rows.rollout ?? {};
  if (isEmpty) return { ...report, gradientNorm: 0, skipped: true };
  const idle = context.outer ? idleSteps(plan, context.processes!, done) : [];
  const skipped = [...lossScaling?.present.skipped ?? [], ...emptySteps, ...idle];
  const groups = withoutSkipped(schedule(done), step, skipped);
  const taken = await optimizer.step(groups, lossScaling?.scale);
  if (Number.isFinite(taken.norm)) {
    await runAfterStep(context, step, taken);
    await average.update(step);
  }
  const isSkipped = lossScaling?.update(step, taken.norm);
  return { ...report, gradientNorm: taken.norm, ...(isSkipped ? { skipped: true } : {}) };
}

function scalarOf(value: number): HostTensor {
  return { shape: [], data: Float32Array.of(value) };
}

async function runAfterStep(
  { trainable: { adapter }, plan: { totalSteps }, state, optimizer, methodState }: StepContext,
  step: number,
  taken: StepTaken,
): Promise<void> {
  if (!adapter.afterStep) return;
  const changed = adapter.afterStep({
    step,
    totalSteps,
    parameters: await state.read(parameters),
    gradients: await optimizer.gradients(taken),
    methodState,
  });
  if (changed) await state.write(parameters, changed);
}

/** Fresh in every micro-batch of every step, and the same after a resume. */
function noise({ seed, step, microBatch }: BatchDraw): HostTensor {
  const random = Random.fromSeed(seed, "noise", step, microBatch);
  const data = new Float32Array(ops.noiseSize);
  // `Float32Array.from` takes six times as long, a millisecond of each step.
  for (let i = 0; i < data.length; i++) data[i] = random.uniform();
  return { shape: [ops.noiseSize], data };
}
