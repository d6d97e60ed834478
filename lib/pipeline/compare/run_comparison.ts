/**
 * Runs a comparison, from the data to the table.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isInterruption } from "../../core/interruption.ts";
import { openDevice } from "../../engine/mod.ts";
import { naturalMetric } from "../../metrics/mod.ts";
import { predictionsOf } from "../../metrics/predictions.ts";
import { type TrainSettings, trainSettings } from "../../train/train_options.ts";
import { type CompareParts, defaultBudget, defaultSeeds } from "./compare_parts.ts";
import { type ComparedRuns, openRuns } from "./compared_runs.ts";
import { type Comparison, comparisonOf } from "./comparison.ts";
import { type Pace, paceOf } from "./comparison_budget.ts";
import { type Contender, failureOfAll, takeTurns, tryAll } from "./comparison_turns.ts";
import { viewOfComparison } from "./comparison_view.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { readSplits } from "../run/prepare_data.ts";
import { canRunApart, runApart, type SplitFiles, writeSplits } from "./run_apart.ts";
import type { RunOptions } from "../run/run_options.ts";
import { rowInterval, seedInterval } from "./score_interval.ts";

/**
 * Runs all methods. What was finished when the comparison was stopped is kept. A method that fails
 * is told and left out; only where all of them fail it is an error.
 */
export async function runComparison(
  parts: CompareParts,
  options: RunOptions = {},
): Promise<Comparison> {
  const began = performance.now();
  const { columns, budget = defaultBudget, seeds = defaultSeeds } = parts;
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const splits = await readSplits(parts.data, columns, signal);
  const device = await openDevice(options.device);
  const epochs = "epochs" in budget ? budget.epochs : 1;
  const contenders: Contender[] = [];
  for (const [name, named] of Object.entries(parts.methods)) {
    const method = await named.open?.() ?? named;
    const settings = trainSettings({ ...parts.train, epochs }, method);
    contenders.push({ name, named, method, settings, runs: [] });
  }
  const { maxTokens } = contenders[0].settings;
  const runs = await openRuns(parts, splits, { device, maxTokens, signal });
  const rooms = await checkMethods(runs, contenders);
  let { data } = runs;
  if (data.kind === "language") {
    // Losses of texts that were cut elsewhere are losses of other tokens.
    const room = Math.min(...rooms);
    for (const each of contenders) each.settings = { ...each.settings, maxTokens: room };
    data = await runs.dataIn(room);
  }
  const { kind, train, test } = data;
  const labels = kind === "language" ? ["loss"] : data.labels;
  const metric = parts.metric ?? naturalMetric[kind];
  const notes: string[] = [];
  let stopped = false;
  let pace: Pace | undefined;
  const present = (): Comparison =>
    comparisonOf({
      metric: metric.name,
      better: metric.better,
      examples: { train: train.lengths.length, test: test.lengths.length },
      rows: contenders.map((each) => rowOf(each, metric)),
      notes: [...notes, ...pace?.notes() ?? [], ...notesOf(contenders, budget)],
      stopped,
    });
  const view = viewOfComparison(options, present);
  await using files = parts.memory === false ? undefined : await filesOf(splits, parts, notes);
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
      const figures = seed === 1 && files && canRunApart(each.named)
        ? await runApart(requestOf(each, settings, { parts, files, options }), { signal, onStep })
        : await runs.run(each.method, { settings, signal, onStep });
      const { logits, seconds, losses } = figures;
      const predictions = predictionsOf({ kind, labels, logits, truth: test.truth });
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
  return present();
}
/** All settings that do not fit the model are one error, before anything is trained. */
async function checkMethods(
  runs: ComparedRuns,
  contenders: readonly Contender[],
): Promise<number[]> {
  const wrong: string[] = [];
  const rooms: number[] = [];
  for (const { name, method, settings } of contenders) {
    try {
      rooms.push(await runs.check(method, settings));
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(`${name}: ${error.message}`);
    }
  }
  if (wrong.length > 0) throw mistakes("input", "these methods do not fit:", wrong);
  return rooms;
}

async function filesOf(
  splits: Parameters<typeof writeSplits>[0],
  { columns }: CompareParts,
  notes: string[],
): Promise<SplitFiles | undefined> {
  try {
    return await writeSplits(splits, columns);
  } catch (error) {
    notes.push(`peak memory was not measured: ${messageOf(error)}`);
    return undefined;
  }
}

function requestOf(
  { named }: Contender,
  settings: TrainSettings,
  { parts, files, options }: {
    readonly parts: CompareParts;
    readonly files: SplitFiles;
    readonly options: RunOptions;
  },
): Parameters<typeof runApart>[0] {
  const { model, quantize, columns: { test: _, validation: __, ...columns } } = parts;
  return {
    plan: { model, ...(quantize ? { quantize } : {}), columns },
    files: files.files,
    method: { name: named.method, settings: named.settings },
    settings,
    ...(options.device ? { device: options.device } : {}),
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
          : rowInterval(metric, first.predictions),
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
