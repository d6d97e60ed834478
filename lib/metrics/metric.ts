/**
 * The contract of a metric, and the check that a metric is only asked about rows it can score.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  callable,
  oneOf,
  record,
  required,
  type Rule,
  type Rules,
  text,
  texts,
  yesOrNo,
} from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import type { AnyPredictions, Predictions } from "../nn/predictions.ts";

/** Scores predictions: one number, or whatever `Value` is. `metric` makes one. */
export interface Metric<Value = number, Predicted extends AnyPredictions = Predictions> {
  /** Its public name, which plan files and the command line know it by. */
  readonly name: string;
  /** What tables and charts call it, `recall@10`; the name unless given. */
  readonly title?: string;
  /** The kinds of prediction that it scores. */
  readonly kinds: readonly string[];
  /** Which of two numbers is better, for early stopping; without meaning for other values. */
  readonly better: "higher" | "lower";
  /** True where the value is no single number, so that no runs can be compared by it. */
  readonly isTable?: boolean;
  /** The least and the greatest value; any number unless given. */
  readonly range?: readonly [number, number];
  /**
   * The value for these rows; NaN (null in JSON) where the metric is not defined.
   * @throws {TunebookError} of kind `input` when the metric does not score this kind.
   */
  readonly compute: (predictions: Predicted) => Value;
  /**
   * Where the score is made of numbers of each row that add up: then the score of drawn rows needs no
   * second look at them. `additiveMetric` makes `compute` of it.
   */
  readonly additive?: AdditiveScore<Predicted>;
  /**
   * The score without each row, [rows], where a row that is drawn twice would change what is scored:
   * the interval is then that of the jackknife.
   */
  readonly leaveOneOut?: (predictions: Predicted) => Float64Array;
  /** How the score is computed, in one line that is reported with it; as sacreBLEU's signature. */
  readonly signature?: (predictions: Predicted) => string;
  /** What takes its time, such as questions to a server; awaited before `compute` is called. */
  readonly prepare?: (predictions: Predicted, options?: PrepareOptions) => Promise<void>;
}

/** How to prepare a score. */
export interface PrepareOptions {
  readonly signal?: AbortSignal | undefined;
}

/** A score of sums over rows. */
export interface AdditiveScore<Predicted extends AnyPredictions = Predictions> {
  /** The numbers of each row. */
  readonly statistics: (predictions: Predicted) => RowStatistics;
  /** The score of the rows whose numbers have these sums, [size]. */
  readonly scoreOf: (sums: Float64Array) => number;
}

/** Some numbers of each row. */
export interface RowStatistics {
  /** How many numbers a row has. */
  readonly size: number;
  /** [rows × size], row after row. */
  readonly values: Float64Array;
}

/** Two numbers, the smaller one first. */
export const rangeRule: Rule = [
  "the least and the greatest value",
  (value) => Array.isArray(value) && value.length === 2 && value[0] < value[1],
];
const rules: Rules<Metric> = {
  name: required(text),
  title: text,
  kinds: required(texts),
  better: required(oneOf(["higher", "lower"])),
  isTable: yesOrNo,
  range: rangeRule,
  compute: required(callable),
  additive: record,
  leaveOneOut: callable,
  signature: callable,
  prepare: callable,
};

const described: Readonly<Record<string, string>> = {
  single: "one label a row",
  multi: "many labels a row",
  regression: "numbers",
  language: "next tokens",
  tags: "tags of words",
  answers: "answers to questions",
  text: "written texts",
  retrieval: "a search",
  triplets: "triplets of texts",
  similarity: "pairs of texts with scores",
  pairs: "pairs of texts that are alike or not",
  boxes: "boxes of objects in images",
  mask: "masks of images",
  features: "features of generated and real images",
  denoising: "noisy images",
  preference: "answers that people judged",
  reward: "rewards of answers",
  rollout: "sampled answers to prompts, judged by rewards",
};

/**
 * Makes a metric that refuses the kinds it does not score.
 *
 * @example
 * ```ts
 * import { metric, type Predictions, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const biggestMiss = metric({
 *   name: "biggestMiss",
 *   kinds: ["regression"],
 *   better: "lower",
 *   compute: ({ truth, predicted }: Predictions<"regression">) =>
 *     Math.max(...Array.from(truth, (value, row) => Math.abs(value - predicted[row]))),
 * });
 * const values = Float32Array.of(1, 2);
 * const predictions = predictionsOf({
 *   kind: "regression",
 *   labels: ["stars"],
 *   logits: values,
 *   truth: [1, 5],
 * });
 * assert.equal(biggestMiss.compute(predictions), 3);
 * ```
 */
export function metric<Value, Predicted extends AnyPredictions>(
  definition: Metric<Value, Predicted>,
): Metric<Value, Predicted> {
  checkOptions("metric", definition, rules);
  const { name, kinds, compute, additive, leaveOneOut, signature, prepare } = definition;
  const checked = <Result, More extends readonly unknown[]>(
    ask: (predictions: Predicted, ...more: More) => Result,
  ) =>
  (predictions: Predicted, ...more: More): Result => {
    checkKind(name, kinds, predictions.kind);
    return ask(predictions, ...more);
  };
  return Object.freeze({
    ...definition,
    compute: checked(compute),
    ...(additive
      ? { additive: Object.freeze({ ...additive, statistics: checked(additive.statistics) }) }
      : {}),
    ...(leaveOneOut ? { leaveOneOut: checked(leaveOneOut) } : {}),
    ...(signature ? { signature: checked(signature) } : {}),
    ...(prepare ? { prepare: checked(prepare) } : {}),
  });
}

function checkKind(name: string, kinds: readonly string[], kind: string): void {
  if (kinds.includes(kind)) return;
  throw new TunebookError(
    "input",
    `${name} does not score predictions of ${described[kind] ?? "that kind"} ("${kind}"); it ` +
      `scores ${kinds.map((each) => `${described[each] ?? ""} ("${each}")`.trim()).join(", ")}`,
  );
}
