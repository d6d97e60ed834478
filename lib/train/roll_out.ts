/**
 * The rollouts of a training whose rows the model samples itself.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { TrainingRun } from "./open_run.ts";
import type { OpenedRollouts, OpenRollouts } from "./rollout_tools.ts";
import { sharedRollouts } from "./shared_rollouts.ts";

/** Opens it where rows need it. Throws an error of kind "unsupported" where nothing can sample here. */
export async function openRollouts(
  run: TrainingRun,
  open: OpenRollouts | undefined,
): Promise<OpenedRollouts | undefined> {
  if (!run.rows.rollout) return undefined;
  if (open) {
    const tools = await open(run);
    return run.processes ? sharedRollouts(tools, run.processes) : tools;
  }
  throw new TunebookError(
    "unsupported",
    "these rows are answers that the model samples while it trains, which is done only by a plan's run",
  );
}

/**
 * Makes the answers that the step after `done` steps learns from, unless those of the step before are to be
 * used again. Where the signal stops it, everything is as it was after those steps.
 */
export async function rollOut(
  { rows: { rollout }, plan, settings: { seed } }: TrainingRun,
  done: number,
  tools: OpenedRollouts | undefined,
  signal?: AbortSignal,
): Promise<void> {
  if (!rollout || !tools || done % rollout.updates !== 0) return;
  const prompts = plan.microBatchesOf(done).flatMap((each) => [...each]);
  await rollout.make(prompts, { step: done, seed, signal }, tools);
}
