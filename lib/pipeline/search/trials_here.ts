/**
 * Runs trials in this process, one after the other.
 *
 * @module
 */
import type { RunOptions } from "../run/run_options.ts";
import { runTrial } from "./run_trial.ts";
import type { SearchBases } from "./search_bases.ts";
import type { CheckedSearch } from "./search_spec.ts";
import { suggestedPlan } from "./suggested_plan.ts";
import { trackedTrial } from "./tracked_trial.ts";
import type { TrialRunner } from "./trial_place.ts";

/** This process as a place for trials. */
export function trialsHere(
  { plan, laidOut, options: { constraints = {}, costs = [] } }: CheckedSearch,
  { bases, device, judge }: Pick<SearchBases, "bases" | "device" | "judge">,
  options: RunOptions,
): TrialRunner {
  return {
    atOnce: 1,
    run({ number, point, ...watch }) {
      const specOf = () => suggestedPlan(plan, laidOut.suggestionOf(point), judge);
      return trackedTrial(
        { specOf, number, options },
        (tracking) =>
          runTrial(specOf, { ...watch, bases, device, judge, constraints, costs, tracking }),
      );
    },
  };
}
