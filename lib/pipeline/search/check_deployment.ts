/**
 * Looks, before the first trial, whether whatever a search finds can be deployed as its plan says.
 *
 * @module
 */
import { type Mistake, mistakeOf, mistakes, TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { checkFolders, formObstacles } from "../../deploy/check_targets.ts";
import { trainSettings } from "../../train/train_options.ts";
import { planMistakes } from "../plan_mistakes.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { trainableOf } from "../run/assemble_stage.ts";
import { sourcesOf } from "../run/sources.ts";
import type { SearchedSettings } from "./plan_space.ts";
import { describeSuggestion } from "./describe_suggestion.ts";
import type { SearchBases } from "./search_bases.ts";
import type { CheckedSearch } from "./search_spec.ts";
import { pointsOfChoices } from "./space_mistakes.ts";
import { suggestedPlan } from "./suggested_plan.ts";

/**
 * Checks the targets with each value of each choice, beside the plan as it is written. Weights are not read. What
 * cannot be attached is left to the trials, which fail by it.
 *
 * @throws {TunebookError} of kind `unsupported` with every value of which something cannot be deployed; of kind
 * `output` where a folder cannot be written.
 */
export async function checkDeployment(
  { plan, laidOut, written }: CheckedSearch,
  { bases, rows, judge }: Pick<SearchBases, "bases" | "rows" | "judge">,
  signal: AbortSignal,
): Promise<void> {
  if (plan.targets.length === 0) return;
  if (signal.aborted) throw interruption();
  const { dimensions, suggestionOf } = laidOut;
  const wrong = new Map<string, Mistake>();
  let isFirst = true;
  for (const point of pointsOfChoices(dimensions, written)) {
    const suggestion = suggestionOf(point) as SearchedSettings;
    const spec = specOrNone(() => suggestedPlan(plan, suggestion, judge));
    if (!spec) continue;
    if (isFirst) await checkFolders(plan.targets, await sourcesOf(spec));
    isFirst = false;
    for (const reason of await obstacles(spec, { bases, rows }, signal)) {
      if (wrong.has(reason)) continue;
      wrong.set(
        reason,
        mistakeOf(() => `${describeSuggestion(suggestion, dimensions)}: ${reason}`),
      );
    }
  }
  if (wrong.size === 0) return;
  throw mistakes(
    "unsupported",
    "the search may find what cannot be deployed; leave out these values, or take another target:",
    [...wrong.values()],
  );
}

/** Why a plan cannot be deployed. */
async function obstacles(
  spec: PlanSpec,
  { bases, rows }: Pick<SearchBases, "bases" | "rows">,
  signal: AbortSignal,
): Promise<string[]> {
  const validation = spec.split.validation ?? 1;
  const own = planMistakes({ ...spec, split: { ...spec.split, validation } })
    .filter(({ part }) => part === "deploy");
  if (own.length > 0) return own.map(({ told }) => told((name) => name));
  const method = await spec.method.open?.() ?? spec.method;
  const settings = trainSettings(spec.train, method);
  let trial: Awaited<ReturnType<typeof bases.attach>>;
  try {
    trial = await bases.attach(spec, { method, settings, signal });
  } catch {
    return [];
  }
  const trainable = trainableOf(trial, trial.rows.train, settings);
  const { files, task, processor } = trial;
  return await formObstacles(spec.targets, trainable, {
    ...{ files, task, processor },
    test: rows.validation,
  });
}

function specOrNone(make: () => PlanSpec): PlanSpec | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof TunebookError) return undefined;
    throw error;
  }
}
