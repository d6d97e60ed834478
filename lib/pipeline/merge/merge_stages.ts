/**
 * The stages of a merge with rows. Each returns a new frozen value; nothing is computed before `run`.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { TunebookError } from "../../core/errors.ts";
import { visibleLines } from "../../core/visible.ts";
import type { DeployTarget } from "../../deploy/target.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { checkTargets } from "../check_stages.ts";
import type { EvaluateOptions } from "../evaluate_options.ts";
import { scoredBy } from "../scored_by.ts";
import type { MetricFor, ScoresOf } from "../plan_types.ts";
import type { RunOptions } from "../run/run_options.ts";
import {
  checkGreedySoup,
  checkSearchWeights,
  type GreedySoupOptions,
  type SearchWeightsOptions,
} from "./choice_options.ts";
import { weightText } from "./merge_receipt.ts";
import type { MergeResult } from "./merge_result.ts";
import { weightsOfAll } from "./merge_sources.ts";
import type { MergeChoiceSpec, MergeSpec } from "./merge_spec.ts";
import { runMerge } from "./run_merge.ts";

/** A merge that is scored by rows. */
export interface MergePlan<
  Scores = Record<never, never>,
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> {
  /** Adds scores of the test rows, those of each model alone beside those of the merge. */
  evaluate<const Metrics extends Readonly<Record<string, MetricFor<Predicted>>>>(
    metrics: Metrics,
    options?: EvaluateOptions,
  ): MergePlan<Scores & ScoresOf<Metrics>, Predicted, Input, Answer>;
  /** Adds what is written at the end; each folder holds its receipt as `merge.json`. */
  deploy(...targets: readonly DeployTarget[]): MergePlan<Scores, Predicted, Input, Answer>;
  /**
   * Chooses, merges, scores and deploys.
   *
   * @throws {TunebookError} of kind `input` for models that do not fit each other or the rows, of kind
   *   `unsupported` for an adapter that cannot become a part of the weights, and what the run of a plan throws.
   */
  run(options?: RunOptions): Promise<MergeResult<Scores, Predicted, Input, Answer>>;
  toString(): string;
  /** What it is made of. */
  readonly spec: MergeSpec;
}

/** A merge with rows, whose weights may be chosen by its validation rows. */
export interface MergeDataStage<
  Name extends string,
  Predicted extends AnyPredictions,
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> extends MergePlan<Record<never, never>, Predicted, Input, Answer> {
  /**
   * Searches the weights by the validation rows: `searchWeights({ budget: { trials: 20 } })`, or
   * `searchWeights({ weights: { reviews: [float(0, 1), float(0, 1)] }, sampler: gridSearch({ steps: 5 }) })`
   * along the layers. The weights as they are written are tried first.
   */
  searchWeights(
    options: SearchWeightsOptions<Name, Predicted>,
  ): MergePlan<Record<never, never>, Predicted, Input, Answer>;
  /**
   * Chooses which models are averaged: from the best one down, each stays in the mean where the score of the
   * validation rows does not fall (Wortsman et al. 2022, arXiv 2203.05482). For `linearMerge()`; without this
   * stage all are averaged, the uniform soup.
   */
  greedySoup(
    options?: GreedySoupOptions<Predicted>,
  ): MergePlan<Record<never, never>, Predicted, Input, Answer>;
}

/** The stage with what was said of the models and the rows. */
export function mergeDataStage(
  start: Pick<MergeSpec, "models" | "merge" | "data" | "task" | "split">,
  // deno-lint-ignore no-explicit-any
): MergeDataStage<any, any, any, any> {
  const { models, merge, data, split } = start;
  const context = { models, merge, rows: { data, split } };
  const spec = { ...start, metrics: {}, targets: [] };
  const choosing = (choice: MergeChoiceSpec) => mergePlanOf({ ...spec, choice });
  return Object.freeze({
    ...stagesOf(spec),
    searchWeights(options: SearchWeightsOptions) {
      checkSearchWeights(options, context);
      return choosing({ by: "searched weights", options: Object.freeze({ ...options }) });
    },
    greedySoup(options: GreedySoupOptions = {}) {
      checkGreedySoup(options, context);
      return choosing({ by: "greedy soup", options: Object.freeze({ ...options }) });
    },
    // deno-lint-ignore no-explicit-any
  }) as MergeDataStage<any, any, any, any>;
}

// The types are the stages' own; what is inside knows the task only as any task.
// deno-lint-ignore no-explicit-any
function mergePlanOf(spec: MergeSpec): MergePlan<any, any, any, any> {
  return Object.freeze(stagesOf(spec));
}

function stagesOf(spec: MergeSpec) {
  const text = () =>
    visibleLines(linesOf(spec).map(([what, value]) => `${what.padEnd(9)}${value}`).join("\n"));
  return {
    spec: Object.freeze({
      ...spec,
      metrics: Object.freeze(spec.metrics),
      targets: Object.freeze(spec.targets),
    }),
    evaluate(metrics: MergeSpec["metrics"], options: EvaluateOptions = {}) {
      if (options?.before) {
        throw new TunebookError(
          "input",
          "before scores a model before its training, and a merge trains none; its members are scored beside it",
        );
      }
      return mergePlanOf(scoredBy(spec, metrics, options));
    },
    deploy(...targets: readonly DeployTarget[]) {
      checkTargets(targets);
      return mergePlanOf({ ...spec, targets: [...spec.targets, ...targets] });
    },
    run: (options?: RunOptions) =>
      // deno-lint-ignore no-explicit-any
      runMerge(spec, options) as Promise<MergeResult<any, any, any, any>>,
    toString: text,
    [customInspect]: text,
    [jupyterDisplay]: () =>
      bundleOf(
        text(),
        htmlFrame(htmlTable({
          caption: "The merge; nothing has run yet",
          columns: [{ title: "stage" }, { title: "setting" }],
          rows: linesOf(spec),
        })),
      ),
  };
}

function linesOf(
  { models, merge, task, choice, metrics, targets }: MergeSpec,
): [string, string][] {
  const { method, base } = merge;
  const settings = Object.entries(method.settings).map(([name, value]) => `${name} ${value}`);
  const weights = weightsOfAll(models, merge);
  return [
    ["merge", [method.name, ...settings].join(", ")],
    ...Object.entries(models).map(([name, reference]): [string, string] => [
      "model",
      `${name}: ${reference}${method.weighted ? `, weight ${weightText(weights[name])}` : ""}`,
    ]),
    ...(base === undefined ? [] : [["base", base] satisfies [string, string]]),
    ["data", task.name],
    ...(choice ? [["choose", choice.by] satisfies [string, string]] : []),
    ["evaluate", Object.keys(metrics).join(", ") || "nothing"],
    ...targets.map(({ name, folder }): [string, string] => ["deploy", `${name} ${folder}`]),
  ];
}
