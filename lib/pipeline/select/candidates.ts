/**
 * Plans that are candidates for the same rows.
 *
 * @module
 */
import { type Mistake, mistakeOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Metric } from "../../metrics/metric.ts";
import { metricNamesOf } from "../../metrics/mod.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { originOf } from "../../table/origin.ts";
import { describeKind, planMistakes } from "../plan_mistakes.ts";
import type { DataSource, PlanSpec, SplitSettings } from "../plan_spec.ts";

/** A plan with its name among the candidates. */
export interface Candidate {
  readonly name: string;
  readonly spec: PlanSpec;
}

/** What is taken for a plan. */
export interface PlanLike {
  readonly spec: PlanSpec;
}

/** The parts of a split, each compared by itself. */
const splitParts = ["test", "validation", "seed"] as const;

/**
 * The candidates by their names.
 *
 * @throws TunebookError of kind "input" with everything that is no plan, that makes no sense, or that is not about the
 * same rows and task as the first plan
 */
export function candidatesOf(of: string, plans: unknown): Candidate[] {
  if (!isRecord(plans) || Object.keys(plans).length === 0) {
    throw new TunebookError(
      "input",
      `${of} takes plans by name, ${of}({ small, large }, { folds: 5 }), but got ${
        shownValue(plans)
      }`,
    );
  }
  const entries = Object.entries(plans);
  const strange = entries.filter(([, plan]) => !isPlan(plan));
  if (strange.length > 0) {
    throw mistakes(
      "input",
      `${of} takes plans, model(…).data(…).adapt(…).train(…), but these are none:`,
      strange.map(([name, value]) => `${name} is ${shownValue(value)}`),
    );
  }
  const candidates = entries.map(([name, plan]) => ({ name, spec: (plan as PlanLike).spec }));
  const wrong = candidates.flatMap(({ name, spec }) => [
    ...planMistakes(spec).map(({ told }) => named(name, told)),
    ...unlike(candidates[0], { name, spec }),
    ...spec.probes === undefined ? [] : [
      mistakeOf(() =>
        `${name}: probes are of one trained model; ask the chosen one, probe(selection.result, tests)`
      ),
    ],
    ...spec.task.sampledKind === undefined ? [] : [
      mistakeOf(() => `${name}: ${spec.task.name} samples its rows, so that no fold is held out`),
    ],
  ]);
  if (wrong.length > 0) throw mistakes("input", `these plans cannot be candidates:`, wrong);
  return candidates;
}

function isPlan(value: unknown): value is PlanLike {
  return isRecord(value) && isRecord((value as Partial<PlanLike>).spec) &&
    typeof (value as { run?: unknown }).run === "function";
}

function named(name: string, told: Mistake["told"]): Mistake {
  return mistakeOf((nameOf) => `${name}: ${told(nameOf)}`);
}

/** In what a plan is about other rows than the first one. */
function unlike(first: Candidate, { name, spec }: Candidate): Mistake[] {
  const other = (what: string) =>
    mistakeOf(() =>
      `${name} has ${what} than ${first.name}; candidates are compared on the same rows`
    );
  const { data, split, task } = first.spec;
  const parts = splitParts.filter((part) => !isSameSource(split[part], spec.split[part]));
  const isSameTask = spec.task.name === task.name &&
    JSON.stringify(spec.task.settings) === JSON.stringify(task.settings);
  return [
    ...isSameSource(data, spec.data) ? [] : [other("other data")],
    ...isSameTask ? [] : [other("another task, or other columns,")],
    ...parts.map((part) => other(`another ${part} of its split`)),
  ];
}

function isSameSource(
  a: DataSource | SplitSettings["seed"],
  b: DataSource | SplitSettings["seed"],
): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  const origin = originOf(a);
  return origin !== undefined && origin === originOf(b);
}

/** A score of one number of a task's own predictions. */
// deno-lint-ignore no-explicit-any
export type CandidateMetric = Metric<number, any>;

/**
 * Refuses metrics that no fold can be scored by.
 *
 * @throws TunebookError of kind "input" for a metric of another task, of kind "unsupported" for one of what the model
 * writes or draws
 */
export function checkCandidateMetric(
  { name, kinds, isTable }: CandidateMetric,
  { task }: Pick<PlanSpec, "task">,
): void {
  const known = metricNamesOf(task.kind as AnyPredictions["kind"]).join(", ");
  if (isTable) {
    throw new TunebookError("input", `${name} is no single number; select by one of ${known}`);
  }
  if (kinds.includes(task.kind)) return;
  throw new TunebookError(
    kinds.some((kind) => ["text", "features", "rollout"].includes(kind)) ? "unsupported" : "input",
    `${name} does not score the ${describeKind(task)} of a fold. Metrics that do: ${known}`,
  );
}
