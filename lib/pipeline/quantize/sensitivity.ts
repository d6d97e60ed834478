/**
 * Which layers bear fewer bits, and which do not.
 *
 * @module
 */
import { checkOptions, refuseOptions } from "../../core/check_options.ts";
import { optionMistake, TunebookError } from "../../core/errors.ts";
import {
  anything,
  notNegative,
  oneOf,
  record,
  required,
  type Rules,
  whole,
} from "../../core/option_rules.ts";
import { type Device, openDevice, type QuantizedWeight } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import { metricOf } from "../../metrics/mod.ts";
import type { Metric } from "../../metrics/metric.ts";
import { bodyPaths, type Model, modelWeights } from "../../nn/model.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Outputs } from "../../nn/task.ts";
import { quantizeWeight } from "../../weights/quantize_weight.ts";
import { referenceOf } from "../../weights/reference.ts";
import { openSource } from "../merge/open_for_merge.ts";
import type { AnyMetric, DataSource } from "../plan_spec.ts";
import {
  type CalibrationRows,
  calibrationRows,
  frozenTrainable,
} from "../prune/calibration_rows.ts";
import {
  type LayerSensitivity,
  type QuantizationSensitivity,
  shownSensitivity,
} from "./shown_sensitivity.ts";

/** What layers are tried on. */
export interface SensitivityOptions {
  /** Rows that nothing is scored on later, such as those of the training. */
  readonly rows: DataSource;
  /** How many of them are used, the first ones: 128 unless given. */
  readonly mostRows?: number;
  /** The bits of a number, as `onnx` has them: `q4` unless given. */
  readonly dtype?: "q8" | "q4";
  /** What scores the rows: the task's own unless given. */
  // deno-lint-ignore no-explicit-any
  readonly metric?: Metric<number, any>;
  /**
   * The share of the drift of the whole model in few bits that may be left: layers are suggested for float32, the most
   * sensitive first, until there is no more. Half unless given.
   */
  readonly mostDrift?: number;
}

const rules: Rules<SensitivityOptions> = {
  rows: required(anything),
  mostRows: whole,
  dtype: oneOf(["q8", "q4"]),
  metric: record,
  mostDrift: notNegative,
};

/** How matrices are held in both types. */
const formats = { q8: "int8", q4: "int4" } as const;
const [usualRows, usualDrift] = [128, 0.5];

/**
 * How far a model's outputs move when one linear layer alone is in few bits, for each layer, and which layers to leave in
 * float32. Matrices are rounded as `onnx(folder, { dtypes })` does it; activations stay float32 there, so that no ranges
 * of activations have to be calibrated: the rows say what the rounding changes. What is suggested goes into
 * `onnx(folder, { dtypes: ["q4"], floatLayers: found.suggested })`.
 *
 * Drift is the root mean square of what has changed in the numbers that the model gives, logits of a classifier and
 * logarithms of probabilities of a model that writes.
 *
 * @param model a reference or folder of a trained model, whole or an adapter, which is merged
 * @throws {TunebookError} of kind `input` for options that make no sense, and of kind `data` for rows that the model's
 *   task cannot read.
 *
 * @example
 * ```ts
 * import { quantizationSensitivity } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(
 *   quantizationSensitivity("out/reviews", { rows: "reviews.csv", dtype: "fp16" as "q8" }),
 *   /dtype is "fp16", but must be one of q8, q4/,
 * );
 * ```
 */
export async function quantizationSensitivity(
  model: string,
  options: SensitivityOptions,
): Promise<QuantizationSensitivity> {
  checkOptions("quantizationSensitivity", options, rules);
  if (typeof model !== "string" || model === "") {
    refuseOptions("quantizationSensitivity", [
      optionMistake("model", 'must be a reference or a folder, "out/reviews"'),
    ]);
  }
  const { dtype = "q4", mostDrift = usualDrift, mostRows = usualRows } = options;
  const device = await openDevice();
  const source = await openSource(referenceOf(model), device);
  const rows = await calibrationRows(source, options.rows, {
    name: "the calibration data",
    most: mostRows,
  });
  const metric = metricFor(source.trained.task, options.metric);
  const weights = quantizedWeights(source.model, formats[dtype]);
  const outputsWith = (paths: readonly string[]) =>
    outputsOf(rows, new Map(paths.map((path) => [path, weights.get(path)!])), device);
  const scoreOf = async (outputs: Outputs) => {
    const predictions: AnyPredictions = rows.examples.predictions(outputs);
    await metric.prepare?.(predictions);
    return metric.compute(predictions) as number;
  };
  const exact = await outputsWith([]);
  const figuresOf = async (paths: readonly string[]) => {
    const outputs = await outputsWith(paths);
    return { drift: drift(exact, outputs), score: await scoreOf(outputs) };
  };
  const paths = [...weights.keys()];
  const all = await figuresOf(paths);
  const layers: LayerSensitivity[] = [];
  for (const path of paths) {
    layers.push({ path: path.replace(/\.weight$/, ""), ...await figuresOf([path]) });
  }
  layers.sort((one, other) => other.drift - one.drift);
  const suggested = await suggestedLayers(layers, all.drift * mostDrift, figuresOf);
  return shownSensitivity({
    model,
    dtype,
    rows: rows.examples.rows,
    metric: metric.name,
    score: await scoreOf(exact),
    all,
    layers,
    ...suggested,
  });
}

/** The most sensitive layers, more and more of them, until so little drift is left. */
async function suggestedLayers(
  layers: readonly LayerSensitivity[],
  most: number,
  figuresOf: (paths: readonly string[]) => Promise<{ drift: number; score: number }>,
): Promise<Pick<QuantizationSensitivity, "suggested" | "left">> {
  for (let count = 1;; count = Math.min(layers.length, 2 * count)) {
    const rounded = layers.slice(count).map(({ path }) => `${path}.weight`);
    const left = await figuresOf(rounded);
    if (left.drift <= most || count === layers.length) {
      return { suggested: layers.slice(0, count).map(({ path }) => path), left };
    }
  }
}

function metricFor(
  { task, metric: own = task.metric }: Awaited<ReturnType<typeof openSource>>["trained"]["task"],
  asked: SensitivityOptions["metric"],
): AnyMetric {
  const metric = (asked ?? metricOf(own)) as AnyMetric;
  if (!metric.isTable && metric.kinds.includes(task.kind)) return metric;
  throw new TunebookError(
    "input",
    `${metric.name} gives no single number for ${task.name}; name another metric`,
  );
}

/** The matrices that `onnx` writes in few bits. */
function quantizedWeights(
  model: Model,
  format: "int8" | "int4",
): ReadonlyMap<string, QuantizedWeight> {
  const body = bodyPaths(model);
  return new Map(
    modelWeights(model)
      .filter(({ path, layer }) =>
        layer.kind === "linear" && path.endsWith(".weight") && body.has(layer.path) &&
        !layer.isUnread
      )
      .map(({ path, shape }) => [
        path,
        quantizeWeight(format, shape, () => model.weights.get(path)!),
      ]),
  );
}

async function outputsOf(
  { examples, trainable }: CalibrationRows,
  quantized: ReadonlyMap<string, QuantizedWeight>,
  device: Device,
): Promise<Outputs> {
  const { quantized: _, ...whole } = trainable.model;
  const model: Model = quantized.size > 0 ? { ...whole, quantized } : whole;
  const predictor = await createPredictor(frozenTrainable(model, examples), device, undefined);
  try {
    return await predictor.outputs(examples);
  } finally {
    await predictor.dispose();
  }
}

/** The root mean square of the differences. */
function drift(exact: Outputs, found: Outputs): number {
  let [squares, count] = [0, 0];
  for (const [at, numbers] of exact.entries()) {
    numbers.forEach((number, i) => squares += (number - found[at][i]) ** 2);
    count += numbers.length;
  }
  return Math.sqrt(squares / count);
}
