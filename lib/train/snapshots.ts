/**
 * Snapshots of a training whose learning rate falls and starts again: what it has at the end of each cycle is a model
 * of its own, and they answer together (Huang et al., "Snapshot Ensembles: Train 1, Get M for Free", 2017, arXiv
 * 1704.00109).
 *
 * @module
 */
import type { TrainSettings } from "./train_options.ts";
import { defaultCycles } from "./schedules/cosine_with_restarts.ts";
import type { TrainingRun } from "./open_run.ts";
import type { TrainContext } from "./train_context.ts";

/** What the ends of cycles depend on. */
export type CycleSettings = Pick<TrainSettings, "cycles" | "warmup">;

/**
 * Which cycle of `cosine-with-restarts` is over once so many steps are done, from 1; undefined where none ends there.
 * The warm-up belongs to the first one.
 */
export function endedCycle(
  step: number,
  totalSteps: number,
  { cycles = defaultCycles, warmup }: CycleSettings,
): number | undefined {
  const warmupSteps = Math.ceil(warmup * totalSteps);
  const steps = Math.max(1, totalSteps - warmupSteps);
  const cyclesBefore = (done: number) =>
    done >= totalSteps ? cycles : Math.floor(cycles * Math.max(0, done - warmupSteps) / steps);
  const ended = cyclesBefore(step);
  return ended > cyclesBefore(step - 1) ? ended : undefined;
}

/** Has the parameters kept where a cycle ends. Of several processes, which have the same, the first one keeps them. */
export async function snapshotIfDue(
  { settings, plan: { totalSteps }, whole }: Pick<TrainingRun, "settings" | "plan" | "whole">,
  step: number,
  { snapshot, processes }: Pick<TrainContext, "snapshot" | "processes">,
): Promise<void> {
  if (!snapshot || settings.snapshots === undefined) return;
  const cycle = endedCycle(step, totalSteps, settings);
  if (cycle === undefined) return;
  const state = await whole.after(step);
  if (!processes?.rank) await snapshot(state, cycle);
}
