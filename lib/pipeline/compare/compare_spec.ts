/**
 * What a comparison of methods is made of, its checks, and its plain JSON.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metricNamesOf } from "../../metrics/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Method } from "../../nn/method.ts";
import { type TrainOptions, trainSettings } from "../../train/train_options.ts";
import { type PlanJson, specFromJson, specToJson } from "../plan_json.ts";
import { describeKind, planMistakes } from "../plan_mistakes.ts";
import type { PlanSpec } from "../plan_spec.ts";

/**
 * What each run may use. `epochs`: every method sees the same rows as often. `minutes`: the whole
 * comparison takes about so long, and every run gets an equal share of it; the epochs of a method
 * follow from the speed of its first steps.
 */
export type Budget = { readonly epochs: number } | { readonly minutes: number };

/** The training settings that all methods share; the learning rate is each method's own. */
export type SharedTrainOptions = Pick<
  TrainOptions,
  | "batchSize"
  | "accumulate"
  | "schedule"
  | "warmup"
  | "weightDecay"
  | "maxGradientNorm"
  | "labelSmoothing"
  | "cacheFrozen"
  | "gradientCheckpointing"
  | "packing"
  | "order"
  | "maxTokens"
>;

/** How to compare. */
export interface CompareOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> {
  /** The score that decides; what is natural for the task unless given: accuracy, perplexity … */
  readonly metric?: Metric<number, Predicted>;
  /** Runs of each method, each with its own head, start, order of rows and dropout; 3 unless given. */
  readonly seeds?: number;
  /** `{ epochs: 3 }` unless given. */
  readonly budget?: Budget;
  readonly train?: SharedTrainOptions;
  /** Measures peak memory: each method's first run is a process of its own; true unless given. */
  readonly memory?: boolean;
}

/** All parts of a comparison. */
export interface CompareSpec
  extends
    Pick<PlanSpec, "model" | "quantize" | "family" | "data" | "task" | "split">,
    CompareOptions {
  readonly methods: Readonly<Record<string, Method>>;
}

/** A comparison as plain JSON: a plan's fields, with all methods. */
export interface CompareJson
  extends
    Pick<PlanJson, "tunebook" | "model" | "quantize" | "data" | "task" | "columns" | "split"> {
  readonly compare: {
    readonly methods: Readonly<Record<string, PlanJson["method"]>>;
    readonly metric?: string;
    readonly seeds?: number;
    readonly budget?: Budget;
    readonly train?: SharedTrainOptions;
    readonly memory?: boolean;
  };
}

/** Runs of each method. */
export const defaultSeeds = 3;
/** As often as a plan's training. */
export const defaultBudget: Budget = { epochs: 3 };

const optionNames = ["metric", "seeds", "budget", "train", "memory"];
const sharedNames: readonly string[] = [
  "batchSize",
  "accumulate",
  "schedule",
  "warmup",
  "weightDecay",
  "maxGradientNorm",
  "labelSmoothing",
  "cacheFrozen",
  "gradientCheckpointing",
  "packing",
  "order",
  "maxTokens",
];

/** Reports everything that makes no sense, in one error. */
export function checkComparison(parts: CompareSpec): void {
  const { methods, metric, seeds = defaultSeeds, budget = defaultBudget, task } = parts;
  const { train = {}, memory = true } = parts;
  const wrong: string[] = [];
  const shown = (value: unknown) => JSON.stringify(value) ?? "missing";
  if (Object.keys(methods).length === 0) wrong.push("there is no method to compare");
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method?.attach !== "function") wrong.push(`${name} is no method, such as lora()`);
  }
  if (metric && !metric.kinds.includes(task.kind)) {
    wrong.push(
      `${metric.name} does not score ${describeKind(task)}. Metrics that do: ` +
        metricNamesOf(task.kind).join(", "),
    );
  }
  if (metric?.isTable) {
    wrong.push(`${metric.name} is no single number; compare by accuracy or f1`);
  }
  if (!Number.isSafeInteger(seeds) || seeds < 1) {
    wrong.push(`seeds is ${shown(seeds)}, but must be a whole number above 0`);
  }
  const [[unit, amount] = ["", 0], ...more] = Object.entries(budget);
  if (!["epochs", "minutes"].includes(unit) || more.length > 0 || !(amount > 0 && amount < 1e6)) {
    wrong.push(`budget is ${shown(budget)}, but must be { epochs } or { minutes }, above 0`);
  }
  if (typeof memory !== "boolean") wrong.push(`memory is ${shown(memory)}, not true or false`);
  for (const name of Object.keys(train)) {
    if (!sharedNames.includes(name)) {
      wrong.push(`train has no shared setting ${name}${didYouMean(name, sharedNames)}`);
    }
  }
  try {
    trainSettings(train);
  } catch (error) {
    wrong.push(messageOf(error));
  }
  wrong.push(...planMistakes({ task, split: parts.split, train, metrics: {} }));
  if (wrong.length > 0) throw mistakes("input", "this comparison makes no sense:", wrong);
}

/** A plan of one of the methods, for what plans can do already. */
export function planOfMethod(parts: CompareSpec, method: Method): PlanSpec {
  const { model, quantize, family, data, task, split, train = {}, metric } = parts;
  return {
    model,
    ...(quantize ? { quantize } : {}),
    ...(family ? { family } : {}),
    data,
    task,
    split,
    method,
    train,
    metrics: metric ? { metric } : {},
    targets: [],
  };
}

/** Writes a comparison as JSON. What a name cannot bring back is an error. */
export function comparisonToJson(parts: CompareSpec): CompareJson {
  const plans = Object.entries(parts.methods).map(([name, method]) =>
    [name, specToJson(planOfMethod(parts, method))] as const
  );
  const [, { method: _, train: __, metrics: ___, deploy: ____, ...shared }] = plans[0];
  const { metric, seeds, budget, train, memory } = parts;
  return {
    ...shared,
    compare: {
      methods: Object.fromEntries(plans.map(([name, { method }]) => [name, method])),
      ...(metric ? { metric: metric.name } : {}),
      ...(seeds === undefined ? {} : { seeds }),
      ...(budget ? { budget } : {}),
      ...(train ? { train } : {}),
      ...(memory === undefined ? {} : { memory }),
    },
  };
}

/** Reads what `comparisonToJson` gave. */
export function comparisonFromJson(json: unknown): CompareSpec {
  const { compare, ...plan } = Object(json) as Partial<CompareJson>;
  const { methods, metric, ...options } = Object(compare) as Partial<CompareJson["compare"]>;
  const entries = Object.entries(Object(methods) as Record<string, PlanJson["method"]>);
  const unknown = Object.keys(options).filter((name) => !optionNames.includes(name));
  if (entries.length === 0 || unknown.length > 0) {
    throw new TunebookError(
      "input",
      unknown.length > 0
        ? unknown.map((name) => `unknown field compare.${name}${didYouMean(name, optionNames)}`)
          .join("; ")
        : "this is no comparison: it has no compare.methods",
    );
  }
  const read = entries.map(([name, method]) =>
    [
      name,
      specFromJson({
        ...plan,
        method,
        train: options.train ?? {},
        metrics: metric === undefined ? {} : { metric },
        deploy: [],
      }),
    ] as const
  );
  const [, { method: _, train: __, metrics, targets: ___, ...shared }] = read[0];
  const parts: CompareSpec = {
    ...shared,
    ...options,
    ...(metric === undefined ? {} : { metric: metrics.metric as CompareOptions["metric"] }),
    methods: Object.fromEntries(read.map(([name, { method }]) => [name, method])),
  };
  checkComparison(parts);
  return parts;
}
