/**
 * How a merge is chosen by validation rows.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { record, type Rules } from "../../core/option_rules.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { SearchSampler } from "../../search/samplers/sampler.ts";
import type { suggests } from "../../search/space/parameter.ts";
import type { DataSource, PlanSpec } from "../plan_spec.ts";
import {
  type SearchBudget,
  searchOptionMistakes,
  searchOptionRules,
} from "../search/search_options.ts";
import type { MergeOptions } from "./merge_options.ts";
import { spaceProblems } from "./weight_space.ts";

/** A weight, or `float(0, 1)` and the like that suggests one. */
export type WeightParameter = number | { readonly [suggests]: number };

/** The weight of a model as in `ModelWeights`, in which any number may vary. */
export type ModelWeightSpace =
  | WeightParameter
  | readonly WeightParameter[]
  | Readonly<Record<string, WeightParameter | readonly WeightParameter[]>>;

/** What a choice goes by. */
export interface GreedySoupOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> {
  /** The score of the validation rows that decides, or its name; what is natural for the task unless given. */
  readonly metric?: Metric<number, Predicted> | string;
}

/** How weights are searched. */
export interface SearchWeightsOptions<
  Name extends string = string,
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> extends GreedySoupOptions<Predicted> {
  /** What each model's weight may be; `float(0, 1)` for all unless given, and the merge's own for models left out. */
  readonly weights?: Readonly<Partial<Record<Name, ModelWeightSpace>>>;
  /** When it ends; only a grid ends by itself. */
  readonly budget?: Pick<SearchBudget, "minutes" | "trials">;
  /** What chooses the next weights; `autoSampler()` unless given. */
  readonly sampler?: SearchSampler;
  /** Where the sampler's random numbers begin: 0 unless given. */
  readonly seed?: number;
}

const { metric, budget, sampler, seed } = searchOptionRules;
const soupRules: Rules<GreedySoupOptions> = { metric };
const searchRules: Rules<SearchWeightsOptions> = { weights: record, metric, budget, sampler, seed };

/** Throws one error of kind "input" with all that is wrong with a search for weights. */
export function checkSearchWeights(
  options: SearchWeightsOptions,
  { models, merge, rows }: ChoiceContext,
): void {
  requireOptions("searchWeights", options);
  const { method } = merge;
  const wrong: Mistake[] = [...optionMistakes(options, searchRules)];
  const { budget = {}, sampler } = options;
  if (isRecord(budget)) {
    const { minutes: _, trials: __, ...others } = budget;
    wrong.push(
      ...Object.keys(others).map((name) =>
        optionMistake(
          `budget.${name}`,
          "is no limit of merges; they have { minutes } and { trials }",
        )
      ),
    );
    const within = wrong.length > 0 ? [] : searchOptionMistakes({
      budget,
      ...(sampler ? { sampler } : {}),
    });
    wrong.push(...within);
  }
  if (!method.weighted) {
    wrong.push(mistakeOf(() => `${method.name} has no weights to search: it finds its own`));
  }
  if (isRecord(options.weights)) {
    wrong.push(...weightMistakes(options.weights, Object.keys(models)));
  }
  refuseOptions("searchWeights", [...wrong, ...rowMistakes(rows)]);
}

/** Throws one error of kind "input" with all that is wrong with a greedy soup. */
export function checkGreedySoup(
  options: GreedySoupOptions,
  { models, merge: { method, weights, slices }, rows }: ChoiceContext,
): void {
  requireOptions("greedySoup", options);
  const wrong: Mistake[] = [...optionMistakes(options, soupRules)];
  if (method.name !== "linear") {
    wrong.push(
      mistakeOf(() => `a soup is a mean of models: take linearMerge(), not ${method.name}`),
    );
  }
  if (weights !== undefined) {
    wrong.push(
      mistakeOf(() => "a greedy soup finds out which models are in it; leave weights out"),
    );
  }
  if (slices !== undefined) {
    wrong.push(mistakeOf(() => "a greedy soup averages whole models; leave slices out"));
  }
  if (Object.keys(models).length < 2) {
    wrong.push(mistakeOf(() => "a greedy soup needs two models or more"));
  }
  refuseOptions("greedySoup", [...wrong, ...rowMistakes(rows)]);
}

/** What a choice is a part of. */
export interface ChoiceContext {
  readonly models: Readonly<Record<string, string>>;
  readonly merge: MergeOptions;
  readonly rows: Pick<PlanSpec, "split"> & { readonly data: DataSource };
}

function weightMistakes(weights: object, names: readonly string[]): Mistake[] {
  return Object.entries(weights).flatMap(([name, space]) =>
    names.includes(name)
      ? spaceProblems(space).map((problem) => optionMistake(`weights.${name}`, problem))
      : [optionMistake(`weights.${name}`, `is of no model${didYouMean(name, names)}`)]
  );
}

/** A file may have a column that says which rows are for validation. */
function rowMistakes({ split, data }: ChoiceContext["rows"]): Mistake[] {
  return split.validation === undefined && typeof data !== "string" ? [noValidationRows()] : [];
}

/** Why there is nothing to choose by. */
export function noValidationRows(): Mistake {
  return mistakeOf(() =>
    "a merge is chosen by validation rows, and there are none: give the data some, " +
    ".data(rows, { …, validation: 0.2 }); the test rows stay for what is chosen"
  );
}
