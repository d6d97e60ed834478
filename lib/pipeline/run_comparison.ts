/**
 * Runs a comparison: all methods with the first seed, then all with the next.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { openDevice } from "../engine/mod.ts";
import { naturalMetric } from "../metrics/mod.ts";
import { predictionsOf } from "../metrics/predictions.ts";
import type { Predictions } from "../metrics/metric.ts";
import type { Adapter } from "../nn/adapter.ts";
import { type TrainSettings, trainSettings } from "../train/train_options.ts";
import { type CompareParts, defaultBudget, defaultSeeds } from "./compare_parts.ts";
import { type ComparedRuns, interrupted, openRuns, type RunFigures } from "./compared_runs.ts";
import { type ComparedSeed, type Comparison, comparisonOf } from "./comparison.ts";
import type { Allotment } from "./comparison_budget.ts";
import { tryOut } from "./comparison_trial.ts";
import { type ComparisonView, viewOfComparison } from "./comparison_view.ts";
import { onInterrupt } from "./on_interrupt.ts";
import { readSplits } from "./prepare_data.ts";
import { canRunApart, runApart, type SplitFiles, writeSplits } from "./run_apart.ts";
import type { RunOptions } from "./run_options.ts";
import { rowInterval, seedInterval } from "./score_interval.ts";

/** A method while the comparison runs. */
interface Contender {
  readonly name: string;
  /** As the plan names it. */
  readonly named: Adapter;
  readonly method: Adapter;
  readonly runs: ComparedSeed[];
  settings: TrainSettings;
  first?: { readonly figures: RunFigures; readonly predictions: Predictions };
  failure?: string;
}

/** Runs all methods. What was finished when the comparison was stopped is kept. */
export async function runComparison(
  parts: CompareParts,
  options: RunOptions = {},
): Promise<Comparison> {
  const { columns, budget = defaultBudget, seeds = defaultSeeds } = parts;
  const splits = await readSplits(parts.data, columns);
  const device = await openDevice(options.device);
  const epochs = "epochs" in budget ? budget.epochs : 1;
  const contenders: Contender[] = [];
  for (const [name, named] of Object.entries(parts.methods)) {
    const method = await named.open?.() ?? named;
    const settings = trainSettings({ ...parts.train, epochs }, method);
    contenders.push({ name, named, method, settings, runs: [] });
  }
  const { maxTokens } = contenders[0].settings;
  const runs = await openRuns(parts, splits, { device, maxTokens });
  await checkMethods(runs, contenders);
  const { kind, labels, train, test } = runs.data;
  const metric = parts.metric ?? naturalMetric[kind];
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  let stopped = false;
  if ("minutes" in budget && !options.quiet) {
    console.error("taking a few steps with each method to see how fast it is …");
  }
  const allotted: Allotment = "minutes" in budget
    ? await tryOut(runs, contenders, { seconds: 60 * budget.minutes, seeds, signal })
    : { seeds, epochs: {}, notes: [] };
  for (const each of contenders) {
    const given = allotted.epochs[each.name];
    if (given !== undefined) each.settings = { ...each.settings, epochs: given };
  }
  const notes = [...allotted.notes];
  await using files = parts.memory === false ? undefined : await filesOf(splits, parts, notes);

  const present = (): Comparison =>
    comparisonOf({
      metric: metric.name,
      better: metric.better,
      examples: { train: train.lengths.length, test: test.lengths.length },
      rows: contenders.map((each) => rowOf(each, metric)),
      notes: [...notes, ...notesOf(contenders, budget)],
      stopped,
    });
  const view = viewOfComparison(options, contenders.length * allotted.seeds);
  try {
    await takeTurns(contenders, allotted.seeds, async (each, seed) => {
      const settings = { ...each.settings, seed };
      const figures = seed === 1 && files && canRunApart(each.named)
        ? await runApart(requestOf(each, settings, { parts, files, options }), signal)
        : await runs.run(each.method, {
          settings,
          signal,
          onStep: ({ step, totalSteps }) =>
            view.note(`${each.name}, seed ${seed}: step ${step} of ${totalSteps}`),
        });
      const predictions = predictionsOf({
        kind,
        labels,
        logits: figures.logits,
        truth: test.truth,
      });
      const score = metric.compute(predictions);
      each.runs.push({ seed, score, seconds: figures.seconds, losses: figures.losses });
      each.first ??= { figures, predictions };
    }, { signal, view, present });
  } catch (error) {
    if (!(error instanceof TunebookError) || error.kind !== "interrupted") throw error;
    stopped = true;
    if (contenders.every(({ runs }) => runs.length === 0)) throw error;
  } finally {
    await view.end(present());
  }
  return present();
}

/** Calls `run` for all methods with each seed in turn. A method that fails is left out. */
async function takeTurns(
  contenders: readonly Contender[],
  seeds: number,
  run: (contender: Contender, seed: number) => Promise<void>,
  { signal, view, present }: {
    readonly signal: AbortSignal;
    readonly view: ComparisonView;
    present(): Comparison;
  },
): Promise<void> {
  for (let seed = 1; seed <= seeds; seed++) {
    for (const each of contenders) {
      if (signal.aborted) throw interrupted();
      if (each.failure !== undefined) continue;
      view.note(`${each.name}, seed ${seed}`);
      try {
        await run(each, seed);
      } catch (error) {
        if (!(error instanceof TunebookError) || error.kind === "interrupted") throw error;
        each.failure = messageOf(error);
      }
      await view.done(present());
    }
  }
}

/** All settings that do not fit the model are one error, before anything is trained. */
async function checkMethods(runs: ComparedRuns, contenders: readonly Contender[]): Promise<void> {
  const wrong: string[] = [];
  for (const { name, method, settings } of contenders) {
    try {
      await runs.check(method, settings);
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      wrong.push(`${name}: ${error.message}`);
    }
  }
  if (wrong.length > 0) throw mistakes("input", "these methods do not fit:", wrong);
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
  { name, named, settings, runs, first, failure }: Contender,
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
        score: runs.length > 1 ? seedInterval(scores) : rowInterval(metric, first.predictions),
        trainedParameters: first.figures.trainedParameters,
        seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length,
      }
      : {}),
    ...(savedBytes === undefined ? {} : { savedBytes }),
    ...(peakBytes === undefined ? {} : { peakBytes }),
    ...(failure === undefined ? {} : { failure }),
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
    ...contenders.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`${name} failed: ${failure}`]
    ),
  ];
}
