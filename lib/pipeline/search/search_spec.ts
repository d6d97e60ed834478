/**
 * What a search over plans is made of, and its checks.
 *
 * @module
 */
import { type Mistake, mistakeOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import { metricNamesOf, metricOf } from "../../metrics/mod.ts";
import { autoSampler } from "../../search/samplers/auto_sampler.ts";
import type { Point } from "../../search/space/dimension.ts";
import { type SearchSpace, searchSpace } from "../../search/space/search_space.ts";
import { describeKind, planMistakes } from "../plan_mistakes.ts";
import type { AnyMetric, AnyTask } from "../plan_spec.ts";
import type { PlanSpace, SearchedSettings } from "./plan_space.ts";
import { type PlanSearchOptions, searchOptionMistakes } from "./search_options.ts";
import { firstPoint, spaceMistakes, unknownSettings } from "./space_mistakes.ts";
import { type SearchedPlan, suggestedPlan } from "./suggested_plan.ts";
import { writtenPoint } from "./written_point.ts";

/** All parts of a search. */
export interface SearchSpec {
  /** What does not vary; a data stage names no method. */
  readonly plan: SearchedPlan;
  readonly space: PlanSpace;
  readonly options: PlanSearchOptions;
}

/** A search whose parts make sense. */
export interface CheckedSearch extends SearchSpec {
  readonly laidOut: SearchSpace<SearchedSettings>;
  /** The plan as it is written, which is tried first. */
  readonly written: Point;
  /** The score that decides; what is natural for the task where absent. */
  readonly metric?: AnyMetric;
}

/** Throws one error of kind "input" with everything that makes no sense. */
export function checkedSearch({ plan, space, options }: SearchSpec): CheckedSearch {
  if (!isRecord(space)) {
    throw new TunebookError(
      "input",
      "search takes what varies by name, .search({ learningRate: float(1e-5, 1e-2, { log: true }) }, " +
        `{ budget: { trials: 30 } }), but got ${shownValue(space)}`,
    );
  }
  const wrong: Mistake[] = [...unknownSettings(space), ...searchOptionMistakes(options)];
  const { task, split, data } = plan;
  if (plan.method === undefined && (space as PlanSpace).method === undefined) {
    wrong.push(
      mistakeOf((nameOf) =>
        `${
          nameOf("method")
        } is missing: method: lora(), { name: "lora", rank: int(2, 64) }, or a choice of methods`
      ),
    );
  }
  if (task.sampledKind !== undefined) {
    wrong.push(
      mistakeOf(() => `${task.name} samples its rows, which only the run of a single plan does`),
    );
  }
  // A file may have a column that says which rows are for validation.
  if (split.validation === undefined && typeof data !== "string") wrong.push(noValidation());
  const metric = attempt(wrong, () => metricOfOptions(options, task));
  if (wrong.length > 0) throw refused(wrong);
  const laidOut = searchSpace(space as PlanSpace) as SearchSpace<SearchedSettings>;
  const { sampler = autoSampler(), costs = [] } = options;
  const { dimensions } = laidOut;
  // Which way is better makes no difference to what a sampler can work on.
  const better = ["score", ...costs].map(() => "lower" as const);
  attempt(wrong, () => sampler.check({ dimensions, better, seed: 0, trials: [] }));
  const near = attempt(wrong, () => writtenPoint(plan, laidOut));
  if (near) wrong.push(...spaceMistakes(laidOut, near));
  if (wrong.length > 0) throw refused(wrong);
  const written = attempt(wrong, () => firstPoint(plan, laidOut, near!));
  if (written) wrong.push(...togetherMistakes(plan, laidOut.suggestionOf(written)));
  if (wrong.length > 0) throw refused(wrong);
  return { plan, space, options, laidOut, written: written!, ...(metric ? { metric } : {}) };
}

function refused(wrong: readonly Mistake[]): TunebookError {
  return mistakes("input", "this search makes no sense:", wrong);
}

/** Why there is nothing to choose by. */
export function noValidation(): Mistake {
  return mistakeOf(() =>
    "a search chooses by validation rows, and there are none: give the data some, " +
    ".data(rows, { …, validation: 0.2 }); the test rows stay for the plan that it finds"
  );
}

/** What the stages of the plan say of each other, validation rows taken for granted. */
function togetherMistakes(plan: SearchedPlan, settings: SearchedSettings): Mistake[] {
  const { split } = plan;
  const spec = suggestedPlan(plan, settings);
  return planMistakes({ ...spec, split: { ...split, validation: split.validation ?? 1 } });
}

/** The metric that decides; throws an error of kind "input" for one that cannot. */
export function metricOfOptions(
  { metric: given }: Pick<PlanSearchOptions, "metric">,
  task: AnyTask,
): AnyMetric | undefined {
  if (given === undefined) return undefined;
  const metric: AnyMetric = typeof given === "string" ? metricOf(given) : given;
  if (!metric.kinds?.includes(task.kind)) {
    throw new TunebookError(
      "input",
      `${metric.name} does not score ${describeKind(task)}. Metrics that do: ${
        metricNamesOf(task.kind).join(", ")
      }`,
    );
  }
  if (metric.isTable) {
    throw new TunebookError(
      "input",
      `${metric.name} is no single number; search by accuracy or f1`,
    );
  }
  return metric;
}

/** What is thrown goes on the list. */
function attempt<Value>(wrong: Mistake[], work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    wrong.push(...error.mistakes.length > 0 ? error.mistakes : [mistakeOf(() => error.message)]);
    return undefined;
  }
}
