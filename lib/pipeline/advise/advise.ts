/**
 * Answers, before a step is taken, whether fine-tuning is right for some data, by which method, and what it takes.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { say } from "../../core/say.ts";
import { type Device, openDevice, sizeOf } from "../../engine/mod.ts";
import { bodyPaths, modelWeights } from "../../nn/model.ts";
import { trainSettings } from "../../train/train_options.ts";
import { parseReference } from "../../weights/reference.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { loadWith } from "../run/assemble_stage.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { type OpenedModel, openStage, processorOf } from "../run/open_stage.ts";
import { type ReadData, readStage } from "../run/read_stage.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import type { Advice } from "./advice.ts";
import { shownAdvice } from "./advice_display.ts";
import {
  type AdviseOptions,
  type AdviseSettings,
  adviseSettings,
  leastProbeRows,
} from "./advise_options.ts";
import { pastForecasts, trainingCost } from "./cost.ts";
import type { MeanInterval } from "./cross_validated.ts";
import type { AdviceMethods, AdviceNoise, AdviceSize, Evidence } from "./evidence.ts";
import { findingsOf, isDrifting, isEasy, isLeaking, isTooSmall } from "./findings.ts";
import { keepForecasts, readForecasts } from "./kept_forecasts.ts";
import { type Leakage, leakageOf } from "./leakage.ts";
import { lookAtRows, type LookedAt } from "./look_at_rows.ts";
import { type MeasuredGain, measureGain } from "./measure_gain.ts";
import { probedKind } from "./probe_items.ts";
import { detectableDifference, powerOf, rowsForDifference } from "./sample_size.ts";
import { suggestedMethod } from "./suggested_method.ts";
import { verdictOf } from "./verdict.ts";

/** What an advice is about: a plan before its method. */
export type AdvisedSpec = Pick<
  PlanSpec,
  "model" | "quantize" | "family" | "data" | "task" | "split"
>;

/** What goes along with the questions. */
interface AdviceContext {
  readonly spec: AdvisedSpec;
  readonly settings: AdviseSettings;
  readonly run: RunOptions;
  readonly read: ReadData;
  readonly opened: OpenedModel;
  readonly device: Device;
  readonly signal: AbortSignal;
}

/**
 * Looks at the data and gives an advice. Test rows are looked at for leaks alone, and none of their labels is used.
 *
 * Throws an error of kind "input" for options that make no sense, and of kind "data" for rows that cannot be read.
 */
export async function advise(
  spec: AdvisedSpec,
  options: AdviseOptions = {},
  run: RunOptions = {},
): Promise<Advice> {
  const settings = adviseSettings(options);
  checkRunOptions(run);
  checkAlone("advise()", run);
  if (parseReference(spec.model).kind === "new") {
    throw new TunebookError(
      "input",
      `advise looks at what a model knows before its training, and ${spec.model} knows nothing yet`,
    );
  }
  using interrupt = onInterrupt(run.signal);
  const { signal } = interrupt;
  const { order, groups } = settings;
  const columns = [...spec.task.columns, order, groups].filter((name) => name !== undefined);
  const read = await readStage({ ...spec, task: { ...spec.task, columns } }, signal);
  const opened = await openStage(spec, { signal, read });
  const device = await openDevice(run.device, { precision: run.precision });
  const context = { spec, settings, run, read, opened, device, signal };
  const evidence = await evidenceOf(context);
  return shownAdvice({
    ...evidence,
    verdict: verdictOf(evidence),
    findings: findingsOf(evidence),
  });
}

const scoreNames = { classes: "accuracy", tags: "share of right words", numbers: "R²" } as const;

async function evidenceOf(context: AdviceContext): Promise<Evidence> {
  const { settings, read: { splits, task }, run } = context;
  const unknown: string[] = [];
  const tell = (text: string) => run.quiet || say(`${text} …`);
  tell("looking for leaks");
  const leakage = await leaksOf(context);
  const kind = probedKind(task.task);
  tell("asking simple classifiers on the untrained model");
  const looked = await tried(unknown, () => {
    if (!kind) {
      throw new TunebookError(
        "unsupported",
        `baselines, drift, noise in labels and the number of rows are not told for ${task.task.name} ` +
          `of the kind "${task.task.kind}"`,
      );
    }
    requireRows(splits.train.numRows() - leakage.repeated.size);
    return lookAtRows(splits.train, { ...context, task, repeated: leakage.repeated });
  });
  const counts = {
    train: splits.train.numRows(),
    validation: splits.validation?.numRows() ?? 0,
    test: splits.test.numRows(),
  };
  const start: Omit<Evidence, "method" | "reason" | "unknown"> = {
    difference: settings.difference,
    score: kind ? scoreNames[kind] : task.task.metric,
    rows: counts,
    leakage,
    baselines: [],
    ...(looked ? { ...looked.evidence, size: sizeOfTest(context, meanSquareOf(looked)) } : {}),
  };
  const isReady = looked && !isStopped(start);
  if (looked && settings.measure && !isReady) {
    unknown.push("the methods were not measured, since something else comes first");
  }
  const gained = isReady && settings.measure
    ? await tried(unknown, () => gainOf(context, leakage, looked))
    : undefined;
  const size = gained && sizeOfTest(context, gained.meanSquare);
  const chosen = await methodOf(context, gained);
  const cost = await tried(unknown, () => costOf(context, chosen.method, gained));
  return {
    ...start,
    ...(gained ? { measured: methodsOf(gained), gain: gained.gain } : {}),
    ...(size ? { size } : {}),
    ...(gained && start.noise ? { noise: boundedNoise(start.noise, gained.best) } : {}),
    ...chosen,
    ...(cost ? { cost } : {}),
    unknown,
  };
}

function isStopped(evidence: Omit<Evidence, "method" | "reason" | "unknown">): boolean {
  return isLeaking(evidence) || evidence.leakage.words.length > 0 || isDrifting(evidence) ||
    isTooSmall(evidence) || isEasy(evidence);
}

function methodsOf({ measured: { comparison, alike, differences } }: MeasuredGain): AdviceMethods {
  return { comparison, alike, differences };
}

/** What a model gets right of rows that it has not seen cannot be labelled wrongly, but by chance. */
function boundedNoise({ share, rows }: AdviceNoise, best: MeanInterval): AdviceNoise {
  const [mean, high] = [1 - best.mean, 1 - best.low];
  return {
    rows,
    share: {
      ...share,
      mean: Math.min(share.mean, mean),
      low: Math.min(share.low, mean),
      high: Math.min(share.high, high),
    },
  };
}

/** What cannot be answered for this model or task is told, and the rest goes on. */
async function tried<Found>(
  unknown: string[],
  look: () => Promise<Found>,
): Promise<Found | undefined> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    if (error.kind !== "unsupported" && error.kind !== "input") throw error;
    unknown.push(error.message);
    return undefined;
  }
}

function requireRows(rows: number): void {
  if (rows >= leastProbeRows) return;
  throw new TunebookError(
    "unsupported",
    `${rows} different training rows say nothing of baselines, drift and labels; give ${leastProbeRows} or more`,
  );
}

async function leaksOf(
  { read: { splits, task }, opened, settings, signal }: AdviceContext,
): Promise<Leakage> {
  const processor = processorOf(opened, Math.min(settings.maxTokens, opened.config.maxTokens));
  const names = ["train", "validation", "test"] as const;
  const analysed = [];
  for (const name of names) {
    const table = splits[name];
    if (!table) continue;
    const where = name === "train" ? "the training data" : `the ${name} data`;
    analysed.push({
      name,
      table,
      examples: await task.examples(table, processor, { where, signal }),
    });
  }
  const { groups } = settings;
  return await leakageOf(analysed, { task, tables: splits, groups, signal });
}

/** How often the two simple classifiers differ: about as much as better ones do from them. */
function meanSquareOf({ answers: { nearest, linear } }: LookedAt): number {
  const squares = nearest.scores.map((score, at) => (score - linear.scores[at]) ** 2);
  return squares.reduce((sum, each) => sum + each, 0) / squares.length;
}

function sizeOfTest({ settings, read }: AdviceContext, meanSquare: number): AdviceSize {
  const { difference } = settings;
  const { train, validation, test } = read.splits;
  const testRows = test.numRows();
  return {
    neededRows: rowsForDifference({ difference, meanSquare }),
    testRows,
    allRows: train.numRows() + (validation?.numRows() ?? 0) + testRows,
    power: powerOf(testRows, { difference, meanSquare }),
    detectable: detectableDifference(testRows, meanSquare),
  };
}

function gainOf(
  { spec, settings, run, read, signal }: AdviceContext,
  { repeated }: Leakage,
  looked: LookedAt,
): Promise<MeasuredGain> {
  const { train } = read.splits;
  return measureGain({ spec, settings, run, train, looked, repeated, signal });
}

async function methodOf(
  { spec, read: { task, splits }, opened, signal }: AdviceContext,
  gained: MeasuredGain | undefined,
): Promise<Pick<Evidence, "method" | "reason">> {
  if (gained) {
    const { runs: [{ method }], comparison } = gained.measured;
    return {
      method,
      reason:
        `the best of ${gained.measured.runs.length} by ${comparison.metric}, measured at equal time`,
    };
  }
  const model = await loadWith(opened, task, { seed: 1, quantize: spec.quantize, signal });
  const weights = modelWeights(model);
  const body = bodyPaths(model);
  return suggestedMethod({
    trainingRows: splits.train.numRows(),
    classes: task.task.kind === "single" ? task.labels.length : 0,
    hasLinears: weights.some(({ layer }) => layer.kind === "linear" && body.has(layer.path)),
    parameters: weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    freeBytes: Deno.systemMemoryInfo().available,
  });
}

async function costOf(
  { spec, settings, opened, read, signal }: AdviceContext,
  method: Evidence["method"],
  gained: MeasuredGain | undefined,
) {
  const options = { spec, opened, read, signal };
  const { maxTokens, forecasts: file } = settings;
  const earlier = file === undefined ? [] : await readForecasts(file);
  const measured = gained
    ? await pastForecasts(gained.measured.runs, { ...options, read: gained.measured.read })
    : [];
  if (file !== undefined && measured.length > 0) await keepForecasts(file, measured);
  const past = [...earlier, ...measured];
  return await trainingCost(method, trainSettings({ maxTokens }, method), past, options);
}
