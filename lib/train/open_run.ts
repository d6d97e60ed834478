/**
 * Everything that a training computes with: the plan of its steps, its state, its compiled programs and
 * its data.
 *
 * @module
 */
import { eightBitAbove } from "../nn/eight_bit_above.ts";
import { countFrozenLayers } from "../nn/frozen_layers.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { createWeightAverage } from "./averages/weight_average.ts";
import type { Fingerprint } from "./checkpoint.ts";
import { trainingFingerprint } from "./fingerprint.ts";
import { type ComputeChoice, ownProbe } from "./choose_compute.ts";
import { compileSteps } from "./compiled_steps.ts";
import { knownCompute, measuredSteps, withLinears } from "./open_compute.ts";
import { checkProcesses, shareOf } from "./data_parallel.ts";
import { feedsAhead } from "./feeds_ahead.ts";
import { groupSchedule } from "./group_steps.ts";
import { frozenKey } from "./frozen_results.ts";
import { cacheHidden, type HiddenCacheOptions } from "./hidden_cache.ts";
import { initialState, keptVectors } from "./initial_state.ts";
import { gradientSource, occurringFrozenWords, occurringWords } from "./occurring_words.ts";
import { tensorsInTraining } from "./loss_parameters.ts";
import { microBatchSize } from "./micro_batch.ts";
import { LossScaling } from "./loss_scaling.ts";
import { createOptimizer } from "./optimizer.ts";
import { type OuterContext, OuterOptimizer } from "./outer_optimizer.ts";
import { choosePacking } from "./packing.ts";
import { planSteps, repeatedSteps, sampledBatches } from "./step_plan.ts";
import type { StepContext } from "./take_step.ts";
import type { TrainContext } from "./train_context.ts";
import type { TrainSettings } from "./train_options.ts";
import { exampleLengths, type TrainingRows } from "./training_rows.ts";
import { type WholeState, wholeState } from "./whole_state.ts";
import type { WordRows } from "../nn/word_rows.ts";

/** A training that is ready for its steps. */
export interface TrainingRun extends StepContext, AsyncDisposable {
  /** When the work began, by `performance.now()`. */
  readonly began: number;
  readonly whole: WholeState;
  /** The rows of the word table that the state holds; all where absent. */
  readonly words?: WordRows;
  /** What the run depends on. */
  readonly fingerprint: Fingerprint;
  /** Whether rows are packed, and why. */
  readonly packing: string;
  /** In which numbers its linear layers are computed, and why. */
  readonly compute: ComputeChoice;
  /** Keeps what `whole` gave when the run is disposed of. */
  keepResult(): void;
}

/** What opening needs of a training's context. */
export type OpenContext = Pick<
  TrainContext,
  | "device"
  | "settings"
  | "fingerprint"
  | "onFrozenRows"
  | "frozenResults"
  | "signal"
  | "probe"
  | "eightBit"
  | "processes"
>;

/** Opens a training; disposing of it frees everything but a result that is to be kept. */
export async function openRun(
  given: TrainableModel,
  rows: TrainingRows,
  context: OpenContext,
): Promise<TrainingRun> {
  const { device, signal, probe = ownProbe, eightBit, processes } = context;
  const asked = processes ? withoutMeasuring(context.settings) : context.settings;
  const frozenLayers = countFrozenLayers(given);
  const fromHidden = frozenLayers > 0 && keepsHidden(asked, rows);
  const isWhole = fromHidden || given.objective.acrossBatch === true;
  const microBatch = microBatchOf(given, rows, asked, { device, processes, isWhole });
  const once = planSteps(exampleLengths(rows), asked, microBatch, processes?.size);
  const plan = repeatedSteps(once, rows.rollout?.updates ?? 1);
  const objective = given.objective.forBatches?.(sampledBatches(plan)) ?? given.objective;
  const trainable = { ...given, objective };
  const keptLayers = fromHidden ? frozenLayers : 0;
  const linears = eightBitAbove(trainable, keptLayers, eightBit);
  const known = await knownCompute(asked, { device: device.name, linears, plan, probe });
  const first = known?.compute ?? "float32";
  const settings: TrainSettings = { ...asked, compute: first };
  const stepSettings = microBatch < settings.batchSize
    ? { ...settings, accumulate: Math.ceil(settings.batchSize * settings.accumulate / microBatch) }
    : settings;
  const packing = choosePacking(trainable, rows, settings, plan, keptLayers);
  const { words, frozenWords } = await wordsOfRun(trainable, rows, settings, fromHidden);
  const { totalSteps } = plan;
  await using opened = new AsyncDisposableStack();
  const state = await initialState(trainable, device, stepSettings, words);
  const schedule = groupSchedule(state, settings, plan);
  const whole = wholeState(trainable, state, { device, settings, totalSteps, schedule, words });
  let isKept = false;
  opened.defer(() => isKept ? whole.release() : whole.dispose());
  const opening = async <Opened extends { dispose(): Promise<void> }>(made: Promise<Opened>) =>
    opened.adopt(await made, (each) => each.dispose());
  const sumsEarly = device.sumsEarly && device.precision !== "float16" &&
    stepSettings.accumulate === 1;
  const options = {
    fromHidden,
    ...{ packed: packing.layoutOf !== undefined, sharesTokens: packing.sharesTokens },
    gradientCheckpointing: settings.gradientCheckpointing,
    tokens: tokensOf(rows, microBatch),
    longest: longestOf(rows),
    summed: sumsEarly ? state.tensors : undefined,
    words,
    frozenWords,
    eightBit,
    scalesLoss: device.precision === "float16",
  };
  const frozen = gradientSource(trainable, words ?? frozenWords);
  const isShared = processes !== undefined && !settings.sync;
  const compiling = { device, settings, isShared, state, frozen, options };
  let steps = await compileSteps(trainable, first, compiling);
  opened.defer(() => steps.dispose());
  const optimizer = await opening(createOptimizer(device, state, stepSettings));
  const average = await opening(createWeightAverage(device, state, settings, totalSteps));
  const began = performance.now();
  const from = { device, frozenLayers, settings, opened, context };
  const fed = fromHidden ? await hiddenRows(trainable, rows, from) : rows;
  const lossScaling = options.scalesLoss ? new LossScaling() : undefined;
  const outer = openOuter(settings, { processes, totalSteps, state, optimizer, lossScaling });
  const run = {
    trainable,
    rows: fed,
    ahead: feedsAhead(fed, plan),
    layoutOf: packing.layoutOf,
    settings,
    plan,
    state,
    schedule,
    optimizer,
    lossScaling,
    average,
    processes,
    outer,
    methodState: new Map(),
  };
  const compileInt8 = () => compileSteps(trainable, "int8", compiling);
  let compute = known;
  if (!compute) {
    const measured = await measuredSteps(steps, { ...run, probe, signal, compileInt8 });
    ({ steps, choice: compute } = measured);
  }
  const { compiledGradients, wholeBatch } = steps;
  const computed: TrainSettings = { ...settings, compute: compute.compute };
  const everything = opened.move();
  return {
    ...run,
    settings: computed,
    compiledGradients,
    wholeBatch,
    began,
    whole,
    ...(words ? { words } : {}),
    fingerprint: trainingFingerprint(context.fingerprint, computed, rows, plan),
    packing: packing.reason,
    compute: withLinears(compute, linears),
    keepResult: () => void (isKept = true),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** What processes meet by, where they train apart. */
function openOuter(
  settings: TrainSettings,
  { processes, optimizer: { statistics }, ...context }:
    & Pick<OuterContext, "totalSteps" | "state" | "lossScaling">
    & Pick<StepContext, "processes" | "optimizer">,
): OuterOptimizer | undefined {
  const { sync } = settings;
  if (!processes || !sync) return undefined;
  const kept = keptVectors(settings);
  return new OuterOptimizer({ ...context, processes, settings: sync, kept, statistics });
}

/** Rows that are fed from above the frozen layers: filled for this run, or what another run has left. */
async function hiddenRows(
  trainable: TrainableModel,
  rows: TrainingRows,
  { device, frozenLayers, settings, opened, context }:
    & Pick<HiddenCacheOptions, "frozenLayers" | "settings">
    & {
      readonly device: TrainContext["device"];
      readonly opened: AsyncDisposableStack;
      readonly context: OpenContext;
    },
): Promise<TrainingRows> {
  const { frozenResults, onFrozenRows: onRows, signal } = context;
  const keeping = { frozenLayers, settings, onRows, signal };
  const fill = () => cacheHidden(trainable, rows, device, keeping);
  // Views of rows that change are drawn by the run's own seed.
  if (!frozenResults || rows.changes) return opened.use(await fill());
  return await frozenResults.take(frozenKey(trainable, frozenLayers), fill, signal);
}

/** Processes that measure by themselves could choose differently. */
function withoutMeasuring(settings: TrainSettings): TrainSettings {
  return settings.compute === "auto" ? { ...settings, compute: "float32" } : settings;
}

/** The most examples of a micro-batch; throws where the processes cannot share the training. */
function microBatchOf(
  given: TrainableModel,
  rows: TrainingRows,
  settings: TrainSettings,
  { device, processes, isWhole }: Pick<OpenContext, "device" | "processes"> & {
    readonly isWhole: boolean;
  },
): number {
  const { model: { config: { hiddenSize } } } = given;
  const tensors = tensorsInTraining(given, { byLayer: false });
  const tokens = tokensOf(rows, settings.batchSize);
  const alone = microBatchSize(settings, { device, hiddenSize, tensors, tokens, isWhole });
  if (!processes) return alone;
  checkProcesses(processes, { settings, rows, tensors });
  return Math.min(alone, shareOf(settings, processes.size));
}

/** Whether what frozen layers give is kept; of rows that are mixed with each other it is never the same. */
function keepsHidden(
  { cacheFrozen, epochs }: Pick<TrainSettings, "cacheFrozen" | "epochs">,
  { changes }: TrainingRows,
): boolean {
  return cacheFrozen && epochs > 1 && changes !== "batches";
}

/** The rows of the word table that occur: of a trained one, or of a frozen one that the steps read. */
async function wordsOfRun(
  trainable: TrainableModel,
  rows: TrainingRows,
  settings: TrainSettings,
  fromHidden: boolean,
) {
  const words = await occurringWords(trainable, rows, settings);
  // What is shared is the whole table; its rows would be read from the file in each step.
  if (fromHidden || words || settings.shard) return { words };
  return { frozenWords: await occurringFrozenWords(trainable, rows) };
}

/** The tokens of the longest sequence. */
function longestOf({ lengths }: TrainingRows): number {
  return Array.from(lengths).reduce((longest, length) => Math.max(longest, length), 0);
}

/** About how many tokens so many examples have, without padding. */
function tokensOf(rows: TrainingRows, examples: number): number {
  const lengths = exampleLengths(rows);
  const all = Array.from(lengths).reduce((sum, length) => sum + length, 0);
  return all * Math.min(1, examples / lengths.length);
}
