/**
 * What a comparison of methods is made of, its checks, and its plain JSON.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { optionMistakes, unknownOptions } from "../../core/check_options.ts";
import {
  type Mistake,
  mistakeOf,
  mistakes,
  optionMistake,
  TunebookError,
} from "../../core/errors.ts";
import { record, type Rule, type Rules, whole, yesOrNo } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metricNamesOf } from "../../metrics/mod.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { Method } from "../../nn/method.ts";
import { type TrainOptions, trainSettings } from "../../train/train_options.ts";
import { specFromJson } from "../plan_from_json.ts";
import { type PlanJson, specToJson } from "../plan_json.ts";
import { isMethod, methodCall } from "../check_stages.ts";
import { writingMistakes, type WritingOptions } from "../evaluate_options.ts";
import { describeKind, planMistakes, scoredKinds } from "../plan_mistakes.ts";
import { asksForTexts } from "../run/score_stage.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";

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
  | "compute"
  | "order"
  | "maxTokens"
>;

/** A score of one number: of the task's own predictions, or of texts where the model writes. */
export type ComparedMetric<Predicted extends AnyPredictions> = Predicted extends
  Predictions<"language"> ? Metric<number, Predicted> | Metric<number, TextPredictions>
  : Metric<number, Predicted>;

/** How to compare. */
export interface CompareOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> {
  /**
   * The score that decides; what is natural for the task unless given: accuracy, perplexity … For a score
   * of written texts, such as `chrf`, every run answers the held-out rows.
   */
  readonly metric?: ComparedMetric<Predicted>;
  /** How answers are written for such a score, as in `.evaluate()`: `{ beams: 4 }`; greedily unless given. */
  readonly generate?: WritingOptions;
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
    Pick<PlanSpec, "model" | "quantize" | "layers" | "family" | "data" | "task" | "split">,
    CompareOptions {
  readonly methods: Readonly<Record<string, Method>>;
}

/** A comparison as plain JSON: a plan's fields, with all methods. */
export interface CompareJson extends
  Pick<
    PlanJson,
    "tunebook" | "model" | "quantize" | "layers" | "data" | "task" | "columns" | "split"
  > {
  readonly compare: {
    readonly methods: Readonly<Record<string, PlanJson["method"]>>;
    readonly metric?: string;
    readonly generate?: WritingOptions;
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

const budgetRule: Rule = ["{ epochs } or { minutes }, above 0", (value) => {
  if (!isRecord(value)) return false;
  const [[unit, amount] = ["", 0], ...more] = Object.entries(value as object);
  return ["epochs", "minutes"].includes(unit) && more.length === 0 && amount > 0 && amount < 1e6;
}];
const metricRule: Rule = [
  "a metric such as accuracy",
  (value) => typeof (value as Partial<Metric> | null)?.compute === "function",
];
const rules: Rules<CompareOptions> = {
  metric: metricRule,
  generate: record,
  seeds: whole,
  budget: budgetRule,
  train: record,
  memory: yesOrNo,
};

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
  "compute",
  "order",
  "maxTokens",
] satisfies readonly (keyof SharedTrainOptions)[];

/** The options that `compare` does not know. */
export function unknownCompareOptions(options: object): Mistake[] {
  return unknownOptions(options, Object.keys(rules));
}

/** Reports everything that makes no sense, in one error, with what is known to be wrong already. */
export function checkComparison(parts: CompareSpec, known: readonly Mistake[] = []): void {
  const { methods, metric, generate, seeds, budget, memory, task, train = {} } = parts;
  if (!isRecord(methods)) {
    throw new TunebookError(
      "input",
      "compare takes methods by name, .compare({ lora: lora(), head: head() }), but got " +
        shownValue(methods),
    );
  }
  const options = { metric, generate, seeds, budget, memory, train };
  const isMetric = metricRule[1](metric);
  const wrong: Mistake[] = [
    ...known,
    ...methodMistakes(methods),
    ...task.sampledKind === undefined ? [] : [
      mistakeOf(() =>
        `${task.name} samples its rows, which only a plan's run does; run a plan for each method, and compare ` +
        "them with pairedBootstrap(a.judged!, b.judged!, meanReward)"
      ),
    ],
    ...optionMistakes(options, rules),
    ...isMetric ? metricMistakes(metric!, task) : [],
    ...isRecord(generate) && (isMetric || metric === undefined) ? generateMistakes(parts) : [],
  ];
  if (isRecord(train)) {
    const inTrain = [...unknownOptions(train, sharedNames), ...trainMistakes(train)];
    wrong.push(...inTrain.map((mistake) => ({ ...mistake, part: "train" })));
    wrong.push(...planMistakes({ task, split: parts.split, train, metrics: {} }));
  }
  if (wrong.length > 0) throw mistakes("input", "this comparison makes no sense:", wrong);
}

function methodMistakes(methods: CompareSpec["methods"]): Mistake[] {
  if (Object.keys(methods).length === 0) {
    return [mistakeOf(() => "there is no method to compare")];
  }
  return Object.entries(methods).filter(([, method]) => !isMethod(method))
    .map(([name, given]) => mistakeOf(() => `${name} must be a method, ${methodCall(given)}`));
}

function metricMistakes(metric: AnyMetric, task: CompareSpec["task"]): Mistake[] {
  const { name, kinds, isTable } = metric;
  // The runs of a comparison draw nothing.
  const scored = scoredKinds(task).filter((kind) => kind !== "features");
  return [
    ...scored.some((kind) => kinds.includes(kind)) ? [] : [
      mistakeOf(() =>
        `${name} does not score ${describeKind(task)}. Metrics that do: ${
          scored.flatMap(metricNamesOf).join(", ")
        }`
      ),
    ],
    ...isTable ? [mistakeOf(() => `${name} is no single number; compare by accuracy or f1`)] : [],
  ];
}

/** True where the score is one of written texts, so that every run answers the held-out rows. */
export function comparesTexts({ metric, task }: Pick<CompareSpec, "metric" | "task">): boolean {
  return asksForTexts({ metrics: metric ? { metric } : {}, task });
}

function generateMistakes({ metric, task, generate }: CompareSpec): readonly Mistake[] {
  if (comparesTexts({ metric, task })) return writingMistakes(generate);
  return [
    mistakeOf((nameOf) =>
      `${nameOf("generate")} says how texts are written, but ${
        metric?.name ?? "the natural score"
      } scores none; give a ${nameOf("metric")} such as chrf`
    ),
  ];
}

/** What is wrong with settings that are shared; names that are not are told apart from these. */
function trainMistakes(train: SharedTrainOptions): readonly Mistake[] {
  const shared = Object.entries(train).filter(([name]) => sharedNames.includes(name));
  try {
    trainSettings(Object.fromEntries(shared));
    return train.compute === "auto"
      ? [optionMistake(
        "compute",
        "is auto, but what is compared has to be computed alike; give float32 or int8",
      )]
      : [];
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    return error.mistakes;
  }
}

/** A plan of one of the methods, for what plans can do already. */
export function planOfMethod(parts: CompareSpec, method: Method): PlanSpec {
  const { model, quantize, layers, family, data, task, split, train = {}, metric } = parts;
  return {
    model,
    ...(quantize ? { quantize } : {}),
    ...(layers === undefined ? {} : { layers }),
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
  const { metric, generate, seeds, budget, train, memory } = parts;
  return {
    ...shared,
    compare: {
      methods: Object.fromEntries(plans.map(([name, { method }]) => [name, method])),
      ...(metric ? { metric: metric.name } : {}),
      ...(generate ? { generate } : {}),
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
  if (entries.length === 0) {
    throw new TunebookError("input", "this is no comparison: it has no compare.methods");
  }
  const wrong = unknownOptions(options, Object.keys(rules), "field");
  if (wrong.length > 0) throw mistakes("input", "this comparison cannot be read:", wrong);
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
