/**
 * Plans as plain JSON, for files and the command line.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { methodOf, methods } from "../adapters/mod.ts";
import { unknownOptions } from "../core/check_options.ts";
import { messageOf, type Mistake, mistakeOf, mistakes, TunebookError } from "../core/errors.ts";
import { targetOf, targets } from "../deploy/mod.ts";
import { quantizationFormatOf } from "../engine/mod.ts";
import { isMetricName, metricOf } from "../metrics/mod.ts";
import { originOf } from "../table/origin.ts";
import { taskOf, tasks } from "../tasks/mod.ts";
import type { Compute } from "../train/compute_option.ts";
import { type TrainOptions, trainSettings } from "../train/train_options.ts";
import { newModelSettings } from "../models/fresh/new_settings.ts";
import { parseReference } from "../weights/reference.ts";
import {
  evaluateComputeMistakes,
  writingMistakes,
  type WritingOptions,
} from "./evaluate_options.ts";
import { isAverage } from "./open/average.ts";
import { columnMistakes, planMistakes, splitMistakes } from "./plan_mistakes.ts";
import { type DataOptions, type DataSource, type PlanSpec, taskOfColumns } from "./plan_spec.ts";

/** A plan as plain JSON. */
export interface PlanJson {
  readonly tunebook: 1;
  readonly model: string;
  /** How the model's linears are held. */
  readonly quantize?: string;
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
  /** In which numbers scores are computed. */
  readonly evaluateCompute?: Compute;
  readonly deploy: readonly {
    readonly target: string;
    readonly folder: string;
    readonly options?: Readonly<Record<string, unknown>>;
  }[];
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
    ...Object.hasOwn(tasks, parts.task.name) ? [] : [`the task ${parts.task.name}`],
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
    ...(parts.evaluateCompute ? { evaluateCompute: parts.evaluateCompute } : {}),
    deploy: parts.targets.map(({ name, folder, options }) => ({
      target: name,
      folder,
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
    `the ${part} of this plan is a table that was made or changed in memory, which JSON cannot ` +
      "hold. Write it with writeTable and give the file's path.",
  );
}

const fields = [
  "tunebook",
  "model",
  "quantize",
  "data",
  "task",
  "columns",
  "split",
  "method",
  "train",
  "metrics",
  "generate",
  "evaluateCompute",
  "deploy",
];
/** Reads a plan's parts and reports every mistake in one error. */
export function specFromJson(json: unknown): PlanSpec {
  const wrong: Mistake[] = [];
  const attempt = <Value>(part: string, read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      const found = error instanceof TunebookError ? error.mistakes : [];
      const all = found.length > 0 ? found : [mistakeOf(() => messageOf(error))];
      wrong.push(...all.map((mistake) => ({ ...mistake, part })));
      return undefined;
    }
  };
  const plan = objectOf(json, "the plan") as Partial<Record<keyof PlanJson, unknown>>;
  wrong.push(...unknownFields(plan, fields));
  if (plan.tunebook !== 1) {
    wrong.push(
      mistakeOf(() => `tunebook is ${JSON.stringify(plan.tunebook) ?? "missing"}, but must be 1`),
    );
  }
  const model = attempt("model", () => {
    const reference = textOf(plan.model);
    const parsed = parseReference(reference);
    if (parsed.kind === "new") newModelSettings(parsed.modelType, parsed.options);
    return reference;
  });
  const quantize = attempt(
    "model",
    () => plan.quantize === undefined ? undefined : quantizationFormatOf(plan.quantize),
  );
  const data = attempt("data", () => textOf(plan.data));
  const what = attempt(
    plan.task === undefined ? "columns" : "task",
    () => taskFromJson(plan, wrong),
  );
  const method = attempt("method", () => {
    const read = objectOf(plan.method, "method");
    wrong.push(...unknownFields(read, ["name", "settings"], "method"));
    const { name, settings = {} } = read;
    return methodOf(textOf(name, "name"), objectOf(settings, "settings"));
  });
  const train = attempt("train", () => {
    const options = objectOf(plan.train ?? {}, "train") as TrainOptions;
    trainSettings(options);
    return options;
  });
  const scores = attempt("metrics", () =>
    Object.fromEntries(
      Object.entries(objectOf(plan.metrics ?? {}, "metrics"))
        .map(([name, metric]) => [name, metricOf(textOf(metric, name))]),
    ));
  const generate = attempt("generate", () => {
    if (plan.generate === undefined) return undefined;
    const options = objectOf(plan.generate, "generate");
    wrong.push(...writingMistakes(options).map((mistake) => ({ ...mistake, part: "generate" })));
    return options as WritingOptions;
  });
  const { evaluateCompute } = plan;
  if (evaluateCompute !== undefined) {
    wrong.push(
      ...evaluateComputeMistakes(evaluateCompute)
        .map((mistake) => ({ ...mistake, part: "evaluateCompute" })),
    );
  }
  const places = attempt("deploy", () => {
    if (!Array.isArray(plan.deploy ?? [])) throw new Error("must be a list");
    return ((plan.deploy ?? []) as unknown[]).map((entry) => {
      const read = objectOf(entry, "an entry");
      wrong.push(...unknownFields(read, ["target", "folder", "options"], "deploy"));
      const { target, folder, options = {} } = read;
      const name = textOf(target, "target");
      return named(
        name,
        () => targetOf(name, textOf(folder, "folder"), objectOf(options, "options")),
      );
    });
  });
  if (wrong.length === 0) {
    wrong.push(...planMistakes({
      ...what!,
      train: train!,
      metrics: scores!,
      ...(generate ? { generate } : {}),
    }));
  }
  if (wrong.length > 0) throw mistakes("input", "this plan cannot be read:", wrong, wrong.length);
  return {
    model: model!,
    ...(quantize ? { quantize } : {}),
    data: data!,
    ...what!,
    method: method!,
    train: train!,
    metrics: scores!,
    ...(generate ? { generate } : {}),
    ...(evaluateCompute === undefined ? {} : { evaluateCompute: evaluateCompute as Compute }),
    targets: places!,
  };
}

/** The task of a plan, in its short form or by name. */
function taskFromJson(
  plan: Partial<Record<keyof PlanJson, unknown>>,
  wrong: Mistake[],
): Pick<PlanSpec, "task" | "split"> {
  if (plan.task === undefined) {
    const columns = objectOf(plan.columns, "columns");
    if (plan.split !== undefined) {
      wrong.push(
        mistakeOf(() =>
          "split belongs to task; beside columns the rows to hold out stand in columns"
        ),
      );
    }
    const found = columnMistakes(columns);
    if (found.length === 0) return taskOfColumns(columns as unknown as DataOptions);
    throw mistakes("input", "these columns make no sense:", found);
  }
  if (plan.columns !== undefined) {
    wrong.push(mistakeOf(() => "task and columns say the same thing; give one of them"));
  }
  const read = objectOf(plan.task, "task");
  wrong.push(...unknownFields(read, ["name", "settings"], "task"));
  const split = objectOf(plan.split ?? {}, "split");
  wrong.push(...splitMistakes(split).map((mistake) => ({ ...mistake, part: "split" })));
  const task = taskOf(textOf(read.name, "name"), objectOf(read.settings ?? {}, "settings"));
  return { task, split };
}

/** Reads one of several entries; what is wrong with its options is told with its name. */
function named<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TunebookError) || error.mistakes.length === 0) throw error;
    const own = error.mistakes.map(({ told }) => mistakeOf((nameOf) => `${name}: ${told(nameOf)}`));
    throw mistakes("input", error.message, own);
  }
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (isRecord(value)) {
    return value as Record<string, unknown>;
  }
  throw new TunebookError(
    "input",
    `${name} is ${JSON.stringify(value) ?? "missing"}, not an object`,
  );
}

function textOf(value: unknown, name = "it"): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TunebookError("input", `${name} is ${JSON.stringify(value) ?? "missing"}, not a text`);
}

function unknownFields(
  given: Readonly<Record<string, unknown>>,
  known: readonly string[],
  part?: string,
): Mistake[] {
  return unknownOptions(given, known, "field")
    .map((mistake) => ({ ...mistake, ...(part === undefined ? {} : { part }) }));
}
