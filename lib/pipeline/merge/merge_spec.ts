/**
 * What a merge with rows is made of: frozen data, one part a stage.
 *
 * @module
 */
import { full } from "../../adapters/full.ts";
import { mistakes } from "../../core/errors.ts";
import { referenceOf } from "../../weights/reference.ts";
import { planMistakes } from "../plan_mistakes.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { GreedySoupOptions, SearchWeightsOptions } from "./choice_options.ts";
import type { MergeOptions } from "./merge_options.ts";

/** How models or weights are chosen by validation rows. */
export type MergeChoiceSpec =
  | { readonly by: "searched weights"; readonly options: SearchWeightsOptions }
  | { readonly by: "greedy soup"; readonly options: GreedySoupOptions };

/** All stages of a merge. */
export interface MergeSpec extends
  Pick<
    PlanSpec,
    "data" | "task" | "split" | "metrics" | "generate" | "features" | "evaluateCompute" | "targets"
  > {
  readonly models: Readonly<Record<string, string>>;
  readonly merge: MergeOptions;
  readonly choice?: MergeChoiceSpec;
}

/** The plan that scores and deploys a merged model, which trains nothing. */
export function planOfMerge(
  { models: _, merge: __, choice: ___, ...spec }: MergeSpec,
  reference: string,
): PlanSpec {
  return { ...spec, model: reference, method: full(), train: { epochs: 0 } };
}

/** Throws one error of kind "input" with all that makes no sense before anything is read. */
export function refuseMergeMistakes(spec: MergeSpec): void {
  const [reference] = Object.values(spec.models);
  const wrong = planMistakes(planOfMerge(spec, referenceOf(reference)));
  if (wrong.length > 0) throw mistakes("input", "this merge makes no sense:", wrong);
}
