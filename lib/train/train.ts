/**
 * The story of a training.
 *
 * @module
 */
import type { TrainableModel } from "../nn/trainable_model.ts";
import { checkRun } from "./check_run.ts";
import { createTrainer } from "./create_trainer.ts";
import { openRun } from "./open_run.ts";
import { openRollouts, rollOut } from "./roll_out.ts";
import { accumulateGradients, optimizerStep } from "./take_step.ts";
import { snapshotIfDue } from "./snapshots.ts";
import type { TrainContext, TrainResult } from "./train_context.ts";
import type { TrainingRows } from "./training_rows.ts";

export type { LastGood } from "./divergence.ts";
export type { Validation } from "./early_stopping.ts";
export { initialState } from "./initial_state.ts";
export type { OpenedRollouts, OpenRollouts, SampledTraining } from "./rollout_tools.ts";
export type { StepReport } from "./take_step.ts";
export type { StepsBefore, TrainContext, TrainResult } from "./train_context.ts";
export type { TrainingRows } from "./training_rows.ts";

/**
 * Trains the adapter and the head on the rows.
 *
 * Throws an error of kind "diverged" with a `LastGood` as its cause when the loss, the gradients or
 * the parameters are no longer finite. When that, or a device that fails (out of memory for one),
 * ends a step before its update began, a checkpoint of the steps before it is written to the folder
 * of checkpoints or the rescue folder, and the error names it. A failure in the update itself, or in
 * what the method does after it, leaves numbers between two steps: nothing is written then, and an
 * earlier checkpoint stays as it is.
 */
export async function train(
  trainable: TrainableModel,
  rows: TrainingRows,
  context: TrainContext,
): Promise<TrainResult> {
  checkRun(trainable, rows, context);
  await using run = await openRun(trainable, rows, context);
  context.onCompute?.(run.compute);
  const trainer = await createTrainer(run, context);
  await using rollouts = await openRollouts(run, context.openRollouts);
  await trainer.untilInterrupted(async () => {
    await trainer.validateIfDue();
    while (await trainer.goesOn()) {
      const { step } = trainer;
      await trainer.rescued(rollOut(run, step, rollouts, context.signal));
      const loss = await trainer.rescued(accumulateGradients(run, step, context.signal));
      const report = await optimizerStep(run, step, loss);
      await trainer.record(report);
      await trainer.rescued(trainer.meetIfDue());
      await trainer.validateIfDue();
      await trainer.lookIfDue();
      await trainer.rescued(snapshotIfDue(run, trainer.step, context));
      await trainer.saveIfDue();
    }
  });
  return await trainer.finish();
}
