/**
 * What a training will take, and how far such forecasts were off.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Method } from "../../nn/method.ts";
import { attachTo } from "../../nn/model.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { forecastOf } from "../display/plan_display.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { loadWith } from "../run/assemble_stage.ts";
import { dataForHead } from "../run/head_labels.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import type { ReadData } from "../run/read_stage.ts";

/** What a run was forecast to take, and what it took. */
export interface PastForecast {
  readonly method: string;
  readonly forecastSeconds: number;
  readonly seconds: number;
}

/** A run whose time is known. */
export interface TimedRun {
  readonly method: Method;
  readonly settings: TrainSettings;
  /** Seconds of the training loop. */
  readonly seconds: number;
}

/** What a training will take. */
export interface TrainingCost {
  readonly method: string;
  readonly epochs: number;
  readonly steps: number;
  /** By the rule, and, where runs were measured, corrected by how they went. */
  readonly seconds: number;
  /** Of 95 % of runs like the past ones; absent where fewer than three are known. */
  readonly interval?: { readonly low: number; readonly high: number };
  readonly bytes: number;
  /** Bytes of memory that are free here. */
  readonly freeBytes: number;
  readonly past: readonly PastForecast[];
}

/** What cost follows from. */
export interface CostOptions {
  readonly spec: Pick<PlanSpec, "quantize">;
  readonly opened: OpenedModel;
  readonly read: ReadData;
  readonly signal: AbortSignal;
}

/** Foresees the training of a method with settings, by the rule and by what is known of its error. */
export async function trainingCost(
  method: Method,
  settings: TrainSettings,
  past: readonly PastForecast[],
  options: CostOptions,
): Promise<TrainingCost> {
  const { steps, seconds, bytes } = await forecastFor(method, settings, options);
  const factors = past.map((each) => Math.log(each.seconds / each.forecastSeconds));
  const factor = Math.exp(meanOf(factors));
  const spread = spreadOf(factors);
  return {
    method: method.method,
    epochs: settings.epochs,
    steps,
    seconds: seconds * factor,
    ...(spread === undefined
      ? {}
      : { interval: { low: seconds * factor / spread, high: seconds * factor * spread } }),
    bytes,
    freeBytes: Deno.systemMemoryInfo().available,
    past,
  };
}

/** What the runs of a comparison were forecast to take. */
export async function pastForecasts(
  runs: readonly TimedRun[],
  options: CostOptions,
): Promise<PastForecast[]> {
  const found: PastForecast[] = [];
  for (const { method, settings, seconds } of runs) {
    const foreseen = await forecastFor(method, settings, options).catch((error) => {
      if (error instanceof TunebookError) return undefined;
      throw error;
    });
    if (foreseen) {
      found.push({ method: method.method, forecastSeconds: foreseen.seconds, seconds });
    }
  }
  return found;
}

async function forecastFor(
  method: Method,
  settings: TrainSettings,
  { spec, opened, read, signal }: CostOptions,
) {
  const own = await dataForHead(opened, read, method);
  const quantize = spec.quantize ?? method.quantize;
  const model = await loadWith(opened, own.task, { seed: settings.seed, quantize, signal });
  const adapter = attachTo(
    model,
    method,
    opened.tokenizer
      ? { encode: (text: string) => Int32Array.from(opened.tokenizer!.encode(text).ids) }
      : {},
  );
  return await forecastOf({ model, adapter }, own, opened, settings);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, each) => sum + each, 0) / values.length;
}

/** Runs from which a spread is told. */
const leastPast = 3;
const normalErrors = 1.96;

/** By which factor a run of these may be off, 95 %. */
function spreadOf(factors: readonly number[]): number | undefined {
  if (factors.length < leastPast) return undefined;
  const mean = meanOf(factors);
  const variance = factors.reduce((sum, each) => sum + (each - mean) ** 2, 0) /
    (factors.length - 1);
  return Math.exp(normalErrors * Math.sqrt(variance * (1 + 1 / factors.length)));
}
