/**
 * Opens what watches over the steps of a run.
 *
 * @module
 */
import { countIn, requireSame } from "../parallel/process_group.ts";
import { keptVectors } from "./initial_state.ts";
import type { TrainingRun } from "./open_run.ts";
import { requireSameRun } from "./same_run.ts";
import { learningRateAt } from "./schedules/mod.ts";
import { findStart } from "./start.ts";
import type { TrainContext } from "./train_context.ts";
import { Trainer } from "./trainer.ts";

/** Starts at the beginning, or where a checkpoint left the run. */
export async function createTrainer(run: TrainingRun, context: TrainContext): Promise<Trainer> {
  const { settings, state, fingerprint, words, optimizer: { statistics }, outer } = run;
  const { processes, signal } = context;
  if (processes) await requireSameRun(processes, fingerprint, signal);
  const start = await findStart(context, state, {
    fingerprint,
    kept: keptVectors(settings),
    statistics: statistics ?? new Map(),
    outerMomentum: outer?.momentum ?? new Map(),
    ...(words ? { words } : {}),
  });
  // Also: nobody writes a checkpoint before all have read it.
  if (processes) await requireSame(processes, "last step", start.trainerState.step, signal);
  for (const [name, values] of start.methodState) run.methodState.set(name, values);
  for (const [name, values] of start.statistics) statistics!.set(name, values);
  run.rows.rollout?.restore(start.rollout);
  const { lossScale } = start.trainerState;
  if (lossScale) run.lossScaling?.restore(lossScale);
  await outer?.start(start.trainerState.step, start.outerMomentum);
  const borrowed = outer ? await countIn(processes!, start.isBorrowed, signal) : 0;
  if (settings.resume) {
    const { step, losses, validations } = start.trainerState;
    const schedule = { ...settings, totalSteps: run.plan.totalSteps };
    const learningRates = losses.map((_, at) => learningRateAt(schedule, at));
    context.onResume?.({
      ...{ step, losses, validations, learningRates },
      ...(borrowed > 0 ? { borrowed } : {}),
    });
  }
  return new Trainer(run, context, start);
}
