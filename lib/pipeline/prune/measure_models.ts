/**
 * Models side by side: what they score and what they cost, on this machine.
 *
 * @module
 */
import { upperMedian } from "../../core/upper_median.ts";
import { checkOptions, refuseOptions } from "../../core/check_options.ts";
import { optionMistake, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { anything, record, required, type Rules, whole } from "../../core/option_rules.ts";
import { type Device, openDevice } from "../../engine/mod.ts";
import { createPredictor, type Predictor } from "../../evaluate/predict.ts";
import { metricOf } from "../../metrics/mod.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { numbersIn } from "../../nn/check_method_size.ts";
import { modelWeights } from "../../nn/model.ts";
import { referenceOf } from "../../weights/reference.ts";
import { rowInterval } from "../compare/score_interval.ts";
import { openSource } from "../merge/open_for_merge.ts";
import type { AnyMetric, DataSource } from "../plan_spec.ts";
import { weightsFiles } from "../run/weights_identity.ts";
import { type CalibrationRows, calibrationRows } from "./calibration_rows.ts";
import { type MeasuredModel, type MeasuredModels, measuredModels } from "./measured_models.ts";

/** What models are measured on. */
export interface MeasureModelsOptions {
  /** Rows that no model was trained or chosen on. */
  readonly rows: DataSource;
  /** What scores them: the task's own unless given. */
  // deno-lint-ignore no-explicit-any
  readonly metric?: Metric<number, any>;
  /** How many rows are timed, one at a time: 50 unless given. */
  readonly timedRows?: number;
}

const rules: Rules<MeasureModelsOptions> = {
  rows: required(anything),
  metric: record,
  timedRows: whole,
};

const [usualTimedRows, warmUps] = [50, 3];

/**
 * Scores models on the same rows and measures what they cost: parameters, bytes of weights, and the time of one row by
 * itself. Times are taken in turns, a row through every model before the next row, so that what else the machine does
 * falls on all alike. The first model is what the others are compared with.
 *
 * @param models references or folders by name; adapters are merged
 * @throws {TunebookError} of kind `input` for no models and a metric that scores something else, and of kind `data` for
 *   rows that a model's task cannot read.
 *
 * @example
 * ```ts
 * import { accuracy, measureModels } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const measure = () =>
 *   measureModels({ whole: "out/reviews", pruned: "out/small" }, { rows: "held_out.csv", metric: accuracy });
 * assert.equal(typeof measure, "function"); // measured.models[1].milliseconds, console.log(measured)
 * await assert.rejects(measureModels({}, { rows: "held_out.csv" }), /models must be references by name/);
 * ```
 */
export async function measureModels<Name extends string>(
  models: Readonly<Record<Name, string>>,
  options: MeasureModelsOptions,
): Promise<MeasuredModels<Name>> {
  checkOptions("measureModels", options, rules);
  const named = isRecord(models) ? Object.entries(models) as [Name, string][] : [];
  if (named.length === 0 || !named.every(([, each]) => typeof each === "string")) {
    refuseOptions("measureModels", [
      optionMistake("models", 'must be references by name, { whole: "out/reviews" }'),
    ]);
  }
  const device = await openDevice();
  const opened: OpenedForMeasure<Name>[] = [];
  try {
    for (const [name, source] of named) {
      opened.push(await openForMeasure(name, source, options, device));
    }
    const { length } = opened[0].rows.examples.lengths;
    const timedRows = Math.min(options.timedRows ?? usualTimedRows, length);
    const times = await timesInTurns(opened, timedRows);
    return measuredModels({
      models: opened.map(({ measured }, at) => ({
        ...measured,
        milliseconds: upperMedian(times[at])!,
      })),
      metric: opened[0].metric,
      rows: opened[0].rows.examples.rows,
      timedRows,
    });
  } finally {
    for (const { predictor } of opened) await predictor.dispose();
  }
}

interface OpenedForMeasure<Name extends string> {
  readonly measured: Omit<MeasuredModel<Name>, "milliseconds">;
  readonly rows: CalibrationRows;
  readonly predictor: Predictor;
  readonly metric: string;
}

async function openForMeasure<Name extends string>(
  name: Name,
  reference: string,
  { rows: given, metric: asked }: MeasureModelsOptions,
  device: Device,
): Promise<OpenedForMeasure<Name>> {
  const source = await openSource(referenceOf(reference), device);
  const rows = await calibrationRows(source, given, { name: "the measured data" });
  const { task, metric: own = task.metric } = source.trained.task;
  const metric = (asked ?? metricOf(own)) as AnyMetric;
  if (metric.isTable || !metric.kinds.includes(task.kind)) {
    throw new TunebookError(
      "input",
      `${metric.name} gives no single number for ${task.name}, which ${name} does; name another metric`,
    );
  }
  const predictor = await createPredictor(rows.trainable, device, undefined);
  try {
    const predictions: AnyPredictions = rows.examples.predictions(
      await predictor.outputs(rows.examples),
    );
    await metric.prepare?.(predictions);
    const measured = {
      name,
      reference,
      score: rowInterval(metric as Metric<number, AnyPredictions>, predictions),
      parameters: numbersIn(modelWeights(source.model)),
      bytes: await bytesOf(source.opened.files.weights),
    };
    return { measured, rows, predictor, metric: metric.name };
  } catch (error) {
    await predictor.dispose();
    throw error;
  }
}

async function bytesOf(weights: string): Promise<number> {
  const files = await weightsFiles(weights);
  const sizes = await Promise.all(files.map(async (file) => (await Deno.stat(file)).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Milliseconds of each timed row for each model: [models][rows]. */
async function timesInTurns(
  opened: readonly { readonly rows: CalibrationRows; readonly predictor: Predictor }[],
  count: number,
): Promise<number[][]> {
  const times = opened.map((): number[] => []);
  const { length } = opened[0].rows.examples.lengths;
  const chosen = Array.from({ length: count }, (_, at) => Math.floor(at * length / count));
  for (const [turn, sequence] of [...chosen.slice(0, warmUps), ...chosen].entries()) {
    for (const [at, { rows: { examples }, predictor }] of opened.entries()) {
      const began = performance.now();
      await predictor.outputs(examples, { chosen: [sequence] });
      if (turn >= Math.min(warmUps, count)) times[at].push(performance.now() - began);
    }
  }
  return times;
}
