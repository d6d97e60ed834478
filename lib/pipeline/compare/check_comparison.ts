/**
 * Checks what a comparison is made of.
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
import { trainSettings } from "../../train/train_options.ts";
import { isMethod, methodCall } from "../check_stages.ts";
import { writingMistakes } from "../evaluate_options.ts";
import { describeKind, planMistakes, scoredKinds } from "../plan_mistakes.ts";
import type { AnyMetric } from "../plan_spec.ts";
import {
  type CompareOptions,
  type CompareSpec,
  comparesTexts,
  type SharedTrainOptions,
} from "./compare_spec.ts";

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

/** The options that `compare` does not know, or the fields of a file. */
export function unknownCompareOptions(options: object, word?: "field"): Mistake[] {
  return unknownOptions(options, Object.keys(rules), word);
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
