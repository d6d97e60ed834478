/**
 * The fluent pipeline. Each stage returns a new frozen value; nothing is computed before `run`.
 *
 * @module
 */
import { requireOptions } from "../core/check_options.ts";
import { jupyterDisplay } from "../core/display.ts";
import type { DeployTarget } from "../deploy/target.ts";
import type { BehaviouralTest } from "../evaluate/probe/behavioural_test.ts";
import type { Image } from "../image/image.ts";
import type { Method } from "../nn/method.ts";
import type { AnyPredictions } from "../nn/predictions.ts";
import type { FindLearningRateOptions, LearningRateSweep } from "../train/find_learning_rate.ts";
import { type TrainOptions, trainSettings } from "../train/train_options.ts";
import type { Advice } from "./advise/advice.ts";
import type { AdviseOptions } from "./advise/advise_options.ts";
import { checkMethod, checkTargets } from "./check_stages.ts";
import { type ComparePlan, comparePlanOf } from "./compare/compare_plan.ts";
import { unknownCompareOptions } from "./compare/check_comparison.ts";
import type { CompareOptions } from "./compare/compare_spec.ts";
import { type DataPreview, previewData, type PreviewOptions } from "./display/data_preview.ts";
import { describePlan } from "./display/describe_plan.ts";
import { planDisplay } from "./display/plan_display.ts";
import type { EvaluateOptions } from "./evaluate_options.ts";
import { scoredBy } from "./scored_by.ts";
import { specFromJson } from "./plan_from_json.ts";
import { type PlanJson, specToJson } from "./plan_json.ts";
import type { PlanSpec } from "./plan_spec.ts";
import { type NamedProbes, withProbes } from "./probe/plan_probes.ts";
import type { Table } from "../table/table.ts";
import { type RunOptions, runPlan } from "./run/run_plan.ts";
import type { RunResult } from "./run/run_result.ts";
import type { KnownSpace, PlanSpace, SearchedSettings } from "./search/plan_space.ts";
import { searchFromJson } from "./search/search_json.ts";
import type { PlanSearchOptions } from "./search/search_options.ts";
import { searchPlanOf, type SearchStage } from "./search/search_plan.ts";
import type { SearchSpec } from "./search/search_spec.ts";
import type { Suggested } from "../search/space/parameter.ts";
import type { MetricFor, ScoresOf } from "./plan_types.ts";
import { stage } from "./stage_order.ts";

/** A model with data. */
export interface DataStage<
  Predicted extends AnyPredictions = AnyPredictions,
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> {
  /** Attaches a fine-tuning method. */
  adapt(method: Method): AdaptStage<Predicted, Input, Answer>;
  /**
   * Compares methods on this data at equal budget: the same split, rows and epochs (or seconds),
   * several seeds. `compare({ lora: lora(), head: head() }, { metric: accuracy }).run()`.
   */
  compare<const Methods extends Readonly<Record<string, Method>>>(
    methods: Methods,
    options?: CompareOptions<Predicted>,
  ): ComparePlan<keyof Methods & string>;
  /**
   * Says, before anything is trained, whether fine-tuning is right for this data (rows, leaks, drift, noise, how far
   * simple things get), which method fits, and what it takes: `(await model(reference).data(rows, task).advise())`.
   * Test rows are looked at for leaks alone.
   */
  advise(options?: AdviseOptions, run?: RunOptions): Promise<Advice>;
  /**
   * Searches for settings, methods and models by the validation rows:
   * `search({ method: choice({ name: "lora", rank: int(2, 64, { log: true }) }, ia3()) }, { budget: { minutes: 20 } })`.
   */
  search<const Space extends PlanSpace>(
    space: Space & KnownSpace<Space>,
    options?: PlanSearchOptions<Predicted>,
  ): SearchPlan<
    Plan<Record<string, number>, Predicted, Input, Answer>,
    Suggested<Space>
  >;
}

/** A model with data and a method. */
export interface AdaptStage<
  Predicted extends AnyPredictions = AnyPredictions,
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> {
  /** Sets how to train. The plan can run from here on. */
  train(options?: TrainOptions): Plan<Record<never, never>, Predicted, Input, Answer>;
}

/** A plan that can run. */
export interface Plan<
  Scores = Record<never, never>,
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
  // deno-lint-ignore no-explicit-any
  Input = any,
  Answer = unknown,
> {
  /**
   * Adds scores on the held-out rows, by metrics of the task's kind. For metrics of written texts, which
   * chats, text generation, translation and the like take too, the model writes an answer to each row. For
   * metrics of features, which image generation takes too, it draws as many images as are held out, at most 256.
   */
  evaluate<const Metrics extends Readonly<Record<string, MetricFor<Predicted>>>>(
    metrics: Metrics,
    options?: EvaluateOptions,
  ): Plan<Scores & ScoresOf<Metrics>, Predicted, Input, Answer>;
  /** Searches for other settings of this plan by the validation rows; what is found has its scores and targets. */
  search<const Space extends PlanSpace>(
    space: Space & KnownSpace<Space>,
    options?: PlanSearchOptions<Predicted>,
  ): SearchPlan<Plan<Scores, Predicted, Input, Answer>, Suggested<Space>>;
  /**
   * Adds tests of the trained model's behaviour, in code (`[minimumFunctionality(…), invariance(…)]`), or as
   * perturbations of the held-out rows by name, which plan files take, too: `{ typos: { maxChange: 0.05 } }`. A test
   * that fails ends the run with an error of kind "behaviour", after everything is written but not published; its
   * cause is the result. For labels of single texts or images.
   */
  probe(
    tests: readonly BehaviouralTest<string>[] | readonly BehaviouralTest<Image>[] | NamedProbes,
  ): Plan<Scores, Predicted, Input, Answer>;
  /** Adds what is written at the end. */
  deploy(...targets: readonly DeployTarget[]): Plan<Scores, Predicted, Input, Answer>;
  /**
   * Trains a few steps with a rising learning rate and says which one to take; in a notebook it shows
   * its chart. Nothing is kept. The rows, the method and the other settings are the plan's.
   */
  findLearningRate(
    options?: FindLearningRateOptions,
    run?: RunOptions,
  ): Promise<LearningRateSweep>;
  /** Reads and encodes the data without training, to look at it first. */
  preview(options?: PreviewOptions): Promise<DataPreview>;
  /** Does everything. */
  run(options?: RunOptions): Promise<RunResult<Scores, Predicted, Input, Answer>>;
  /** The plan as plain JSON. Data in memory that came from no file or data set is an error. */
  toJSON(): PlanJson;
  toString(): string;
  /** What the plan is made of. */
  readonly spec: PlanSpec;
}

/** The stage with what was said of the model, the data and the task. */
export function dataStage(
  start: Pick<
    PlanSpec,
    "model" | "quantize" | "layers" | "heads" | "feedForward" | "family" | "data" | "task" | "split"
  >,
): DataStage {
  return stage("model(…).data(…)", {
    compare(methods: Readonly<Record<string, Method>>, options: CompareOptions = {}) {
      requireOptions("compare", options);
      return comparePlanOf({ ...options, ...start, methods }, unknownCompareOptions(options));
    },
    async advise(options?: AdviseOptions, run?: RunOptions) {
      const { advise } = await import("./advise/advise.ts");
      return await advise(start, options, run);
    },
    search: (space: PlanSpace, options?: PlanSearchOptions) =>
      searchOf({ ...start, train: {}, metrics: {}, targets: [] }, space, options),
    adapt(method: Method) {
      checkMethod("adapt", method);
      return stage("model(…).data(…).adapt(…)", {
        train(train: TrainOptions = {}) {
          trainSettings(train);
          return planOf({
            ...start,
            method,
            train: Object.freeze({ ...train }),
            metrics: {},
            targets: [],
          });
        },
      });
    },
  });
}

/**
 * Makes plans from plan files.
 *
 * @example
 * ```ts
 * import { accuracy, head, model, Plan } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const plan = model("hf:org/name")
 *   .data("reviews.csv", { text: "review", label: "stars" })
 *   .adapt(head())
 *   .train({ epochs: 2 })
 *   .evaluate({ accuracy });
 * const again = Plan.from(JSON.parse(JSON.stringify(plan)));
 * assert.deepEqual(again.toJSON(), plan.toJSON());
 * ```
 */
export const Plan: {
  /** Reads what `toJSON` gave. Every mistake of the file is reported in one error. */
  // deno-lint-ignore no-explicit-any
  readonly from: (json: unknown) => Plan<Record<string, unknown>, any, any, any>;
} = Object.freeze({ from: (json: unknown) => planOf(specFromJson(json)) });

/** A search over plans; nothing is computed before `run`. */
export type SearchPlan<Found, Suggestion = SearchedSettings> = SearchStage<Found, Suggestion>;

/**
 * Makes searches from plan files with a section `search`.
 *
 * @example
 * ```ts
 * import { float, lora, model, SearchPlan } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const search = model("hf:org/name")
 *   .data("reviews.csv", { text: "review", label: "stars", validation: 0.2 })
 *   .adapt(lora())
 *   .train({ epochs: 2 })
 *   .search({ learningRate: float(1e-5, 1e-2, { log: true }) }, { budget: { minutes: 20 } });
 * const again = SearchPlan.from(JSON.parse(JSON.stringify(search)));
 * assert.deepEqual(again.toJSON(), search.toJSON());
 * assert.match(String(again), /learningRate: 0.00001 to 0.01 \(log\)/);
 * ```
 */
export const SearchPlan: {
  /** Reads what `toJSON` gave. Every mistake of the file is reported in one error. */
  // deno-lint-ignore no-explicit-any
  readonly from: (json: unknown) => SearchPlan<Plan<Record<string, unknown>, any, any, any>>;
} = Object.freeze({ from: (json: unknown) => searchPlanOf(searchFromJson(json), planOf) });

/** The same plan with rows that were read already, from where it says. */
// deno-lint-ignore no-explicit-any
export function planWithRows(plan: Plan<any, any, any, any>, rows: Table): typeof plan {
  return planOf({ ...plan.spec, data: rows });
}

/** The stage of a search; the types are the calling stage's own. */
function searchOf(
  plan: SearchSpec["plan"],
  space: PlanSpace,
  options: PlanSearchOptions = {},
): AnySearchPlan {
  requireOptions("search", options);
  return searchPlanOf({ plan, space, options }, planOf);
}

// deno-lint-ignore no-explicit-any
type AnySearchPlan = SearchPlan<Plan<any, any, any, any>, any>;

// The types are the stages' own; what is inside knows the task only as any task.
// deno-lint-ignore no-explicit-any
function planOf(spec: PlanSpec): Plan<any, any, any, any> {
  return stage("a plan", {
    spec: Object.freeze({
      ...spec,
      metrics: Object.freeze(spec.metrics),
      targets: Object.freeze(spec.targets),
    }),
    evaluate(metrics: PlanSpec["metrics"], options: EvaluateOptions = {}) {
      return planOf(scoredBy(spec, metrics, options));
    },
    search: (space: PlanSpace, options?: PlanSearchOptions) => searchOf(spec, space, options),
    probe: (tests: unknown) => planOf({ ...spec, probes: withProbes(spec.probes, tests) }),
    deploy(...targets: readonly DeployTarget[]) {
      checkTargets(targets);
      return planOf({ ...spec, targets: [...spec.targets, ...targets] });
    },
    async findLearningRate(options?: FindLearningRateOptions, run?: RunOptions) {
      const { sweepPlan } = await import("./run/sweep_plan.ts");
      return await sweepPlan(spec, options, run);
    },
    preview: (options?: PreviewOptions) => previewData(spec, options),
    // deno-lint-ignore no-explicit-any
    run: (options?: RunOptions) => runPlan(spec, options) as Promise<RunResult<any, any, any, any>>,
    toJSON: () => specToJson(spec),
    toString: () => describePlan(spec),
    [Symbol.for("Deno.customInspect")]: () => describePlan(spec),
    [jupyterDisplay]: () => planDisplay(spec),
  });
}
