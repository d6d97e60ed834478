/**
 * Plans as plain JSON, for files and the command line: what it is, and how it is written.
 *
 * @module
 */
import { methods } from "../adapters/mod.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { targets } from "../deploy/mod.ts";
import { isMetricName } from "../metrics/mod.ts";
import type { KeptLayers } from "../models/kept_layers.ts";
import { originOf } from "../table/origin.ts";
import { isNamedTask } from "../tasks/mod.ts";
import type { Compute } from "../train/compute_option.ts";
import type { TrainOptions } from "../train/train_options.ts";
import type { WritingOptions } from "./evaluate_options.ts";
import { isAverage } from "./open/average.ts";
import type { DataSource, PlanSpec } from "./plan_spec.ts";
import type { NamedProbes } from "./probe/plan_probes.ts";

/** A plan as plain JSON. */
export interface PlanJson {
  readonly tunebook: 1;
  readonly model: string;
  /** How the model's linears are held. */
  readonly quantize?: string;
  /** How many of the model's layers are kept, or which. */
  readonly layers?: KeptLayers;
  /** The share of each layer's heads, and of its feed-forward width, that is kept. */
  readonly heads?: number;
  readonly feedForward?: number;
  /** A file, a web address or a data set's name. */
  readonly data: string;
  /** The task by name with its settings; labels and next tokens of texts are in `columns` instead. */
  readonly task?: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  /** The short form of a task, with the rows to hold out. */
  readonly columns?: Readonly<Record<string, unknown>>;
  /** The rows to hold out, beside `task`. */
  readonly split?: Readonly<Record<string, unknown>>;
  readonly method: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  readonly train: TrainOptions;
  /** Score name → metric name. */
  readonly metrics: Readonly<Record<string, string>>;
  /** How answers are written for metrics of written texts, and for samples. */
  readonly generate?: WritingOptions;
  /** The model whose features of drawn images are compared. */
  readonly features?: string;
  /** In which numbers scores are computed. */
  readonly evaluateCompute?: Compute;
  /** Whether the model is scored before its training, too. */
  readonly evaluateBefore?: boolean;
  /** Perturbations of held-out rows by name, with the share of answers that each may change. */
  readonly probe?: NamedProbes;
  readonly deploy: readonly {
    readonly target: string;
    readonly folder: string;
    readonly options?: Readonly<Record<string, unknown>>;
  }[];
}

/** True for a function, and for an object that has one in it, at any depth. */
function holdsFunction(value: unknown): boolean {
  return typeof value === "function" ||
    (typeof value === "object" && value !== null && Object.values(value).some(holdsFunction));
}

/** Writes a plan's parts as JSON. What a name cannot bring back is reported in one error. */
export function specToJson(parts: PlanSpec): PlanJson {
  const own = [
    ...Object.hasOwn(methods, parts.method.method) ? [] : [
      // An average is numbers that were made in memory.
      isAverage(parts.method)
        ? "an average of adapters; save it, average.save(folder), and adapt peft(folder)"
        : `the method ${parts.method.method}`,
    ],
    ...Object.entries(parts.metrics).filter(([, { name }]) => !isMetricName(name))
      .map(([name]) => `the metric of the score ${name}`),
    ...parts.targets.filter(({ name }) => !Object.hasOwn(targets, name))
      .map(({ name }) => `the target ${name}`),
    ...isNamedTask(parts.task) ? [] : [`the task ${parts.task.name}`],
    ...Object.entries(parts.task.settings).filter(([, value]) => holdsFunction(value))
      .map(([name]) =>
        `the ${name} of ${parts.task.name}, which are functions; name a module that exports them: ` +
        `${name}: "${name}.ts"`
      ),
    ...(parts.probes?.tests ?? []).map(({ name }) =>
      `the behavioural test ${name}, which has functions; perturbations by name are plain: ` +
      ".probe({ typos: { maxChange: 0.05 } })"
    ),
    ...parts.family ? [`the family ${parts.family.modelType}`] : [],
    ...Object.entries(parts.generate?.logitBias ?? {}).filter(([, bias]) => bias === -Infinity)
      .map(([token]) =>
        `the logitBias −Infinity of ${JSON.stringify(token)}; give a number like -100`
      ),
  ];
  if (own.length > 0) {
    throw mistakes("input", "JSON can name only what tunebook brings; it cannot hold:", own);
  }
  const { test, validation, ...seeded } = parts.split;
  const held = (name: string, rows: number | DataSource | undefined) =>
    rows === undefined ? {} : { [name]: typeof rows === "number" ? rows : nameOf(rows, name) };
  return {
    tunebook: 1,
    model: parts.model,
    ...(parts.quantize ? { quantize: parts.quantize } : {}),
    ...(parts.layers === undefined ? {} : { layers: parts.layers }),
    ...(parts.heads === undefined ? {} : { heads: parts.heads }),
    ...(parts.feedForward === undefined ? {} : { feedForward: parts.feedForward }),
    data: nameOf(parts.data, "data"),
    ...dataJson(parts.task, {
      ...seeded,
      ...held("test", test),
      ...held("validation", validation),
    }),
    method: { name: parts.method.method, settings: parts.method.settings },
    train: parts.train,
    metrics: Object.fromEntries(
      Object.entries(parts.metrics).map(([name, metric]) => [name, metric.name]),
    ),
    ...(parts.generate ? { generate: parts.generate } : {}),
    ...(parts.features === undefined ? {} : { features: parts.features }),
    ...(parts.evaluateCompute ? { evaluateCompute: parts.evaluateCompute } : {}),
    ...(parts.evaluateBefore ? { evaluateBefore: true } : {}),
    ...(parts.probes ? { probe: parts.probes.named } : {}),
    deploy: parts.targets.map(({ name, folder, place = folder, options }) => ({
      target: name,
      folder: place,
      ...(options ? { options } : {}),
    })),
  };
}

/** Tasks that have a short form are written in it, as plan files always were. */
function dataJson(
  { name, settings }: PlanSpec["task"],
  split: Readonly<Record<string, unknown>>,
): Pick<PlanJson, "task" | "columns" | "split"> {
  if (shortForms.includes(name)) return { columns: { ...settings, ...split } };
  return { task: { name, settings }, ...(Object.keys(split).length > 0 ? { split } : {}) };
}

const shortForms = ["text-classification", "text-generation"];

function nameOf(source: DataSource, part: string): string {
  const name = typeof source === "string" ? source : originOf(source);
  if (name !== undefined) return name;
  throw new TunebookError(
    "input",
    `the ${part} of this plan is a table that was made, changed or split by its column in memory, ` +
      "which JSON cannot hold. Write it with writeTable, each split apart, and give the file's path.",
  );
}
