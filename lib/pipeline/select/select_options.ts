/**
 * How candidates are cross-validated, and how one of them is chosen.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import {
  integer,
  oneOf,
  type Rule,
  type Rules,
  text,
  whole,
  yesOrNo,
} from "../../core/option_rules.ts";
import { foldsRule } from "../../data/k_fold.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";

/** How to cross-validate. */
export interface CrossValidateOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> {
  /** Into how many folds the rows are cut; 5 unless given. */
  readonly folds?: number;
  /** How often they are cut anew; each time the training has another seed, too. 1 unless given. */
  readonly repeats?: number;
  /** A column whose values never stand in two folds: the author, the patient, the document. */
  readonly groups?: string;
  /** The score that decides; unless given the plan's first one that is a number, or what is natural for the task. */
  readonly metric?: Metric<number, Predicted>;
  /** Seed of the folds; 1 unless given. */
  readonly seed?: number;
  /**
   * A folder that keeps each fold when it is finished: the same work continues there after it was stopped. Nothing is
   * kept unless given.
   */
  readonly folder?: string;
}

/** How the chosen one is found. */
export type SelectionRule = "best" | "one-standard-error";

/** What a candidate costs. */
export type CandidateCost = "trainedParameters" | "bytes" | "milliseconds" | "peakBytes";

/** How to select. */
export interface SelectOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> extends CrossValidateOptions<Predicted> {
  /**
   * `best` takes the best mean. `one-standard-error` takes the candidate that costs least among those whose mean is
   * within one standard error of the best (Breiman et al., Classification and Regression Trees, 1984). `best` unless
   * given.
   */
  readonly rule?: SelectionRule;
  /** What `one-standard-error` looks for the least of; trained parameters unless given. */
  readonly cost?: CandidateCost;
  /**
   * Outer folds that estimate what the whole selection gives: in each of them it is done anew on the outer training
   * rows, and the one that it chooses is scored on the outer test rows (nested cross-validation). None unless given.
   */
  readonly nested?: number;
  /** Measures peak memory: an epoch of each candidate in a process of its own; true unless given. */
  readonly memory?: boolean;
  /** Trains the chosen one on all training rows, scores it on the test rows and deploys it; true unless given. */
  readonly refit?: boolean;
}

/** The options of a cross-validation with every default filled in. */
export type CrossValidateSettings =
  & Required<Omit<CrossValidateOptions, "groups" | "metric" | "folder">>
  & Pick<CrossValidateOptions, "groups" | "metric" | "folder">;

const metricRule: Rule = [
  "a metric such as accuracy",
  (value) => typeof (value as Partial<Metric> | null)?.compute === "function",
];
const foldRules: Rules<CrossValidateOptions> = {
  folds: foldsRule,
  repeats: whole,
  groups: text,
  metric: metricRule,
  seed: integer,
  folder: text,
};
const costs: readonly CandidateCost[] = ["trainedParameters", "bytes", "milliseconds", "peakBytes"];
const selectionRules: readonly SelectionRule[] = ["best", "one-standard-error"];
const selectRules: Rules<SelectOptions> = {
  ...foldRules,
  rule: oneOf(selectionRules),
  cost: oneOf(costs),
  nested: foldsRule,
  memory: yesOrNo,
  refit: yesOrNo,
};

const defaults = { folds: 5, repeats: 1, seed: 1 } as const;

/** Checks the options of a cross-validation and fills in the defaults. */
export function crossValidateSettings(options: CrossValidateOptions): CrossValidateSettings {
  checkOptions("crossValidate", options, foldRules);
  return { ...defaults, ...given(options) };
}

/** The same of a selection. */
export type SelectSettings =
  & CrossValidateSettings
  & Required<Pick<SelectOptions, "rule" | "cost" | "memory" | "refit">>
  & Pick<SelectOptions, "nested">;

/** Checks the options of a selection and fills in the defaults. */
export function selectSettings(options: SelectOptions): SelectSettings {
  checkOptions("select", options, selectRules, () => contradictions(options));
  return {
    ...defaults,
    ...{ rule: "best", cost: "trainedParameters", memory: true, refit: true },
    ...given(options),
  };
}

/** Options that do not go together. */
function contradictions({ cost, nested, memory, rule }: SelectOptions): Mistake[] {
  const isOfMemory = rule === "one-standard-error" && cost === "peakBytes";
  return [
    ...cost !== undefined && rule !== "one-standard-error"
      ? [optionMistake("cost", 'belongs to the rule "one-standard-error"')]
      : [],
    ...isOfMemory && memory === false
      ? [optionMistake("cost", "is peakBytes, but memory is not measured")]
      : [],
    ...isOfMemory && nested !== undefined
      ? [optionMistake("cost", "is peakBytes, which nested folds do not measure")]
      : [],
  ];
}

function given<Options extends object>(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Options;
}
