/**
 * Runs a comparison, from the data to the table.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isInterruption } from "../../core/interruption.ts";
import { openDevice } from "../../engine/mod.ts";
import type { Method } from "../../nn/method.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metricOf } from "../../metrics/mod.ts";
import { textPredictions } from "../../nn/text_predictions.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import { type CompareSpec, comparesTexts, defaultBudget, defaultSeeds } from "./compare_spec.ts";
import { againstBest } from "./against_best.ts";
import { type ComparedRuns, openRuns, type OpenRunsOptions } from "./compared_runs.ts";
import { type Comparison, comparisonOf } from "./comparison.ts";
import { type Pace, paceOf } from "./comparison_budget.ts";
import { type Contender, failureOfAll, takeTurns, tryAll } from "./comparison_turns.ts";
import { viewOfComparison } from "./comparison_view.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import type { EncodedSplits } from "../run/assemble_stage.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";
import { canRunApart, runApart, type SplitFiles, writeSplits } from "./run_apart.ts";
import { checkAlone } from "../run/check_alone.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { rowInterval, seedInterval } from "./score_interval.ts";

/**
 * Runs all methods. What was finished when the comparison was stopped is kept. A method that fails
 * is told and left out; only where all of them fail it is an error.
 */
export async function runComparison(
  spec: CompareSpec,
  options: RunOptions = {},
): Promise<Comparison> {
  return (await compareMethods(spec, options)).comparison;
}

/** A comparison with what its runs said. */
export interface ComparedMethods {
  readonly comparison: Comparison;
  /** The methods in the order of the plan, each with the predictions of its first run. */
  readonly contenders: readonly Contender[];
  /** The rows and their labels; the test rows are those that were scored. */
  readonly read: ReadData;
}

/**
 * Runs all methods and keeps what they said of the held-out rows.
 *
 * @param leavesOut methods that do not fit the model are told and left out, where they else are an error
 */
export async function compareMethods(
  spec: CompareSpec,
  options: RunOptions,
  { leavesOut = false }: { readonly leavesOut?: boolean } = {},
): Promise<ComparedMethods> {
  checkRunOptions(options);
  checkAlone("compare(…).run()", options);
  const began = performance.now();
  const { budget = defaultBudget, seeds = defaultSeeds } = spec;
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const read = await readStage(spec, signal);
  const device = await openDevice(options.device, { precision: options.precision });
  const contenders = await contendersOf(spec);
  const { maxTokens } = contenders[0].settings;
  const writes = comparesTexts(spec) ? { generate: spec.generate } : undefined;
  const runs = await openRuns(spec, read, { device, maxTokens, writes, signal });
  const dataOf = await comparableData(runs, contenders, spec.task, leavesOut);
  const { train, test } = await dataOf(contenders[0].method);
  const natural = metricOf(read.task.metric ?? spec.task.metric);
  // deno-lint-ignore no-explicit-any
  const metric = (spec.metric ?? natural) as Metric<number, any>;
  const notes = [
    ...(runs.headNote ? [runs.headNote] : []),
    ...(spec.train?.compute === "int8" ? ["trained in int8, scored in float32"] : []),
  ];
  let stopped = false;
  let pace: Pace | undefined;
  const present = (): Comparison =>
    comparisonOf({
      metric: metric.name,
      better: metric.better,
      examples: { train: train.rows, test: test.rows },
      rows: contenders.map((each) => rowOf(each, metric)),
      notes: [...notes, ...pace?.notes() ?? [], ...notesOf(contenders, budget)],
      stopped,
    });
  const view = viewOfComparison(options, present);
  await using files = spec.memory === false ? undefined : await filesOf(read, notes);
  try {
    const limit = "minutes" in budget ? 60 * budget.minutes : Infinity;
    const left = () => limit - (performance.now() - began) / 1000;
    if ("minutes" in budget) {
      const times = await tryAll(runs, contenders, { signal, view });
      pace = paceOf(times, { seconds: left(), seeds });
    }
    const turns = { seeds: pace?.seeds ?? seeds, signal, view, pace, left, notes };
    await takeTurns(contenders, turns, async (each, seed, note) => {
      const settings = { ...each.settings, seed };
      const onStep = ({ step, totalSteps }: { step: number; totalSteps: number }) =>
        note(`step ${step} of ${totalSteps}`);
      const figures = seed === 1 && files && canRunApart(each.named, spec)
        ? await runApart(requestOf(each, settings, { spec, files, options, writes }), {
          signal,
          onStep,
        })
        : await runs.run(each.method, { settings, signal, onStep });
      const { outputs, written, seconds, losses } = figures;
      const own = async () => (await dataOf(each.method)).test.predictions(outputs);
      const predictions = written ? textPredictions(written) : await own();
      await metric.prepare?.(predictions, { signal });
      each.runs.push({ seed, score: metric.compute(predictions), seconds, losses });
      each.first ??= { figures, predictions };
    });
  } catch (error) {
    if (!isInterruption(error)) throw error;
    stopped = true;
    if (contenders.every(({ runs }) => runs.length === 0)) throw error;
  } finally {
    await view.end();
  }
  if (contenders.every(({ runs }) => runs.length === 0)) throw failureOfAll(contenders);
  const found = present();
  const comparison = writes ? comparisonOf(againstBest(found, contenders, metric)) : found;
  return { comparison, contenders, read };
}

/** The methods with their files read and their settings. */
async function contendersOf(spec: CompareSpec): Promise<Contender[]> {
  const { budget = defaultBudget } = spec;
  const epochs = "epochs" in budget ? budget.epochs : 1;
  const contenders: Contender[] = [];
  for (const [name, named] of Object.entries(spec.methods)) {
    const method = await named.open?.() ?? named;
    const settings = trainSettings({ ...spec.train, epochs }, method);
    contenders.push({ name, named, method, settings, runs: [] });
  }
  return contenders;
}

/**
 * The rows that are compared. Where losses or probabilities of tokens are compared, texts are cut alike for all methods:
 * losses of texts that were cut elsewhere are losses of other tokens. What they are compared with depends on the method.
 */
async function comparableData(
  runs: ComparedRuns,
  contenders: readonly Contender[],
  { kind }: CompareSpec["task"],
  leavesOut: boolean,
): Promise<(method: Method) => Promise<EncodedSplits>> {
  const rooms = await checkMethods(runs, contenders, leavesOut);
  if (kind !== "language" && kind !== "preference") return () => Promise.resolve(runs.data);
  const room = Math.min(...rooms);
  for (const each of contenders) each.settings = { ...each.settings, maxTokens: room };
  return (method) => runs.dataIn(room, method);
}

/** All settings that do not fit the model are one error, before anything is trained. */
async function checkMethods(
  runs: ComparedRuns,
  contenders: readonly Contender[],
  leavesOut: boolean,
): Promise<number[]> {
  const wrong: string[] = [];
  const rooms: number[] = [];
  for (const each of contenders) {
    const { name, method, settings } = each;
    try {
      rooms.push(await runs.check(method, settings));
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(`${name}: ${error.message}`);
      if (leavesOut) each.error = error;
    }
  }
  if (rooms.length > 0 && leavesOut) return rooms;
  if (wrong.length > 0) throw mistakes("input", "these methods do not fit:", wrong);
  return rooms;
}

async function filesOf(
  { splits, task }: ReadData,
  notes: string[],
): Promise<SplitFiles | undefined> {
  try {
    return await writeSplits(splits, task.task.columns);
  } catch (error) {
    notes.push(`peak memory was not measured: ${messageOf(error)}`);
    return undefined;
  }
}

function requestOf(
  { named }: Contender,
  settings: TrainSettings,
  { spec, files, options, writes }: {
    readonly spec: CompareSpec;
    readonly files: SplitFiles;
    readonly options: RunOptions;
    readonly writes: OpenRunsOptions["writes"];
  },
): Parameters<typeof runApart>[0] {
  const { model, quantize, layers, task } = spec;
  return {
    plan: {
      model,
      ...(quantize ? { quantize } : {}),
      ...(layers === undefined ? {} : { layers }),
    },
    task: { name: task.name, settings: task.settings },
    files: files.files,
    method: { name: named.method, settings: named.settings },
    settings,
    ...(options.device ? { device: options.device } : {}),
    ...(options.precision ? { precision: options.precision } : {}),
    ...(writes ? { writes } : {}),
  };
}

function rowOf(
  { name, named, settings, runs, first, error }: Contender,
  metric: Parameters<typeof rowInterval>[0],
): Comparison["rows"][number] {
  const { learningRate, epochs } = settings;
  const scores = runs.map(({ score }) => score);
  const { savedBytes, peakBytes } = first?.figures ?? {};
  return {
    name,
    method: named.method,
    settings: named.settings,
    learningRate,
    epochs,
    runs: [...runs],
    ...(first
      ? {
        score: runs.length > 1
          ? seedInterval(scores, metric.range)
          : first.interval ??= rowInterval(metric, first.predictions),
        trainedParameters: first.figures.trainedParameters,
        seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length,
      }
      : {}),
    ...(savedBytes === undefined ? {} : { savedBytes }),
    ...(peakBytes === undefined ? {} : { peakBytes }),
    ...(error === undefined ? {} : { failure: messageOf(error) }),
  };
}

function notesOf(contenders: readonly Contender[], budget: object): string[] {
  const counts = contenders.map(({ runs }) => runs.length);
  return [
    `equal budget: the same rows, ${
      "epochs" in budget ? "the same epochs" : "the same time for each run"
    }, each method with its own learning rate`,
    ...(counts.some((count) => count > 1)
      ? ["interval: Student's t over the seeds, on the same held-out rows"]
      : []),
    ...(counts.includes(1) ? ["interval of one run: bootstrap over the held-out rows"] : []),
    ...(contenders.some(({ first }) => first?.figures.peakBytes !== undefined)
      ? ["peak memory: of the first run in a process of its own, everything included"]
      : []),
    ...contenders.flatMap(({ name, error }) =>
      error === undefined ? [] : [`${name} failed: ${messageOf(error)}`]
    ),
  ];
}
