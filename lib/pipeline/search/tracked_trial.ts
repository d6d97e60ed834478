/**
 * A trial as a run of its own, for those who follow runs.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { RunOptions } from "../run/run_options.ts";
import { trackedRun, type Tracking } from "../run/tracked_run.ts";
import { trackedSettings } from "../run/tracked_settings.ts";
import type { TrialOutcome } from "./run_trial.ts";

const untracked: Tracking = { step() {}, validation() {} };

/** Runs a trial while trackers follow it. One that cannot begin is an error of the search. */
export async function trackedTrial(
  { specOf, number, options: { trackers = [], name = "search" } }: {
    readonly specOf: () => PlanSpec;
    readonly number: number;
    readonly options: RunOptions;
  },
  run: (tracking: Tracking) => Promise<TrialOutcome>,
): Promise<TrialOutcome> {
  const spec = trackers.length > 0 ? specOrNone(specOf) : undefined;
  // Settings that do not go together are no run that anybody could follow.
  if (!spec) return await run(untracked);
  let outcome: TrialOutcome | undefined;
  try {
    await trackedRun(
      trackers,
      () => trackedSettings(spec, `${name}, trial ${number}`),
      async (tracking) => {
        outcome = await run(tracking);
        // Trackers are told how a run ends by what is thrown.
        if (outcome.state === "failed") throw new TunebookError("input", outcome.reason);
        if (outcome.state !== "complete") throw interruption();
        return { scores: {}, losses: [] };
      },
    );
  } catch (error) {
    if (outcome === undefined) throw error;
  }
  return outcome!;
}

function specOrNone(specOf: () => PlanSpec): PlanSpec | undefined {
  try {
    return specOf();
  } catch (error) {
    if (error instanceof TunebookError) return undefined;
    throw error;
  }
}
