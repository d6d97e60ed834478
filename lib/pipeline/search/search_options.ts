/**
 * How a search over plans goes.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import {
  positive,
  type Rule,
  type Rules,
  someOf,
  text,
  whole,
  wholeFrom0,
} from "../../core/option_rules.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { SearchHistory } from "../../search/history.ts";
import type { Pruner } from "../../search/pruners/pruner.ts";
import type { SearchSampler } from "../../search/samplers/sampler.ts";
import { searchRules } from "../../search/search.ts";
import {
  type FrontRule,
  frontRule,
  frontRuleMistakes,
  type SearchCost,
  searchCosts,
} from "./search_costs.ts";

/** When a search ends; whichever comes first, where several are given. */
export interface SearchBudget {
  /**
   * Minutes of this run; of a search in a file those of all its starts and processes, while at least one was at a
   * trial. A trial under way is stopped then, and counts as pruned.
   */
  readonly minutes?: number;
  /** Trials in all, those of an earlier run or another process on the same file included. */
  readonly trials?: number;
  /** Epochs of all trials together. */
  readonly epochs?: number;
  /** Optimizer steps of all trials together. */
  readonly steps?: number;
}

/** What a model may be at most. A trial that would be more is not trained, or is not chosen. */
export interface TrialConstraints {
  /** Numbers of the model and the method together. */
  readonly parameters?: number;
  /** Bytes of these numbers as they are held: four each, fewer where the model is quantised. */
  readonly bytes?: number;
  /** Bytes of memory that the training takes, by the forecast that a plan shows. */
  readonly memory?: number;
  /** Milliseconds until one validation row is answered: the median after the training, on this machine. */
  readonly latency?: number;
}

/** How to search. */
export interface PlanSearchOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> {
  /**
   * The score of the validation rows that decides, or its name; what is natural for the task unless given:
   * accuracy, perplexity …
   */
  readonly metric?: Metric<number, Predicted> | string;
  /**
   * What is to be low beside the score: `["latency", "bytes"]`. The search then looks for the trials that none is
   * better than by score and costs, which are its `front`.
   */
  readonly costs?: readonly SearchCost[];
  /** Which trial of the front `plan` is of: the one with the best score unless given. */
  readonly rule?: FrontRule;
  /** When it ends; only a grid ends by itself. */
  readonly budget?: SearchBudget;
  /** What chooses the next trial; `autoSampler()` unless given. `nsga2()` is for costs and hundreds of trials. */
  readonly sampler?: SearchSampler;
  /** What stops trials that will not be good, by their validation scores; not beside costs. Its steps are epochs. */
  readonly pruner?: Pruner;
  readonly constraints?: TrialConstraints;
  /** The file or the history of an earlier search, whose five best trials are tried after the plan itself. */
  readonly from?: string | SearchHistory;
  /** The SQLite file in which the search is kept; other processes may work on it. In memory unless given. */
  readonly file?: string;
  /** Where the sampler's random numbers begin: 0 unless given. */
  readonly seed?: number;
}

const budgetRules: Rules<SearchBudget> = {
  minutes: positive,
  trials: whole,
  epochs: positive,
  steps: whole,
};
const constraintRules: Rules<TrialConstraints> = {
  parameters: positive,
  bytes: positive,
  memory: positive,
  latency: positive,
};

const metricRule: Rule = [
  "a metric such as accuracy, or its name",
  (value) => text[1](value) || typeof (value as Partial<Metric> | null)?.compute === "function",
];

/** Objects of numbers, whose names and values are told one by one. */
const named = (wants: string): Rule => [wants, isRecord];

/** What each option must be. */
export const searchOptionRules: Rules<PlanSearchOptions> = {
  metric: metricRule,
  costs: someOf(searchCosts),
  rule: frontRule,
  budget: named("{ minutes }, { trials }, { epochs } or { steps }, or several of them"),
  sampler: searchRules.sampler.slice(0, 3) as unknown as Rule,
  pruner: searchRules.pruner,
  constraints: named("{ parameters }, { bytes }, { memory } or { latency }, or several of them"),
  from: [
    "the file or the history of an earlier search",
    (value) => text[1](value) || isRecord(value) && Array.isArray(value.trials),
  ],
  file: text,
  seed: wholeFrom0,
};

/** What is wrong with the options of a search, and with what is in them. */
export function searchOptionMistakes(options: PlanSearchOptions): Mistake[] {
  const { budget, constraints, sampler, costs, rule, pruner } = options;
  const within = (name: string, given: unknown, rules: Rules) =>
    isRecord(given)
      ? optionMistakes(given, rules).map((mistake): Mistake => ({ ...mistake, part: name }))
      : [];
  const isEndless = sampler?.name !== "grid" &&
    (budget === undefined || isRecord(budget) && Object.keys(budget).length === 0);
  return [
    ...optionMistakes(options, searchOptionRules),
    ...within("budget", budget, budgetRules),
    ...within("constraints", constraints, constraintRules),
    ...frontRuleMistakes(rule, costs),
    ...prunerMistakes(pruner, costs),
    ...isEndless
      ? [
        mistakeOf((nameOf) =>
          `${nameOf("budget")} says when it ends: { minutes: 20 } or { trials: 30 }`
        ),
      ]
      : [],
  ];
}

/** A pruner sees the scores of one training on its way, and no costs. */
function prunerMistakes(
  pruner: PlanSearchOptions["pruner"],
  costs: PlanSearchOptions["costs"],
): Mistake[] {
  if (pruner === undefined) return [];
  if (pruner.comparesFolds) {
    return [
      mistakeOf((nameOf) =>
        `${
          nameOf("pruner")
        } ${pruner.name} compares folds, and a trial reports after epochs of one training; take ` +
        "median, successiveHalving or hyperband"
      ),
    ];
  }
  if (costs === undefined) return [];
  return [
    mistakeOf((nameOf) =>
      `${nameOf("pruner")} stops trials by their score alone, which may be good by their ${
        nameOf("costs")
      }; leave out one of the two`
    ),
  ];
}
