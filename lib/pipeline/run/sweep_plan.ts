/**
 * The learning-rate finder of a plan.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { openDevice } from "../../engine/mod.ts";
import {
  findLearningRate,
  type FindLearningRateOptions,
  type LearningRateSweep,
  sweepOptions,
} from "../../train/find_learning_rate.ts";
import { trainSettings } from "../../train/train_options.ts";
import { planMistakes } from "../plan_mistakes.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { assembleStage } from "./assemble_plan.ts";
import { dataForHead } from "./head_labels.ts";
import { onInterrupt } from "./on_interrupt.ts";
import { openStage } from "./open_stage.ts";
import { progressFor } from "./progress_for.ts";
import { readStage } from "./read_stage.ts";
import { referenceStage } from "./reference_stage.ts";
import { checkAlone } from "./check_alone.ts";
import { checkRunOptions, type RunOptions } from "./run_options.ts";

/** Sweeps over learning rates on the training rows. Nothing is kept but the sweep. */
export async function sweepPlan(
  spec: PlanSpec,
  sweep: FindLearningRateOptions = {},
  options: RunOptions = {},
): Promise<LearningRateSweep> {
  const { steps } = sweepOptions(sweep);
  checkRunOptions(options);
  checkAlone("findLearningRate()", options);
  const wrong = planMistakes(spec);
  if (wrong.length > 0) throw mistakes("input", "this plan makes no sense:", wrong);
  if (spec.task.sampledKind !== undefined) {
    throw new TunebookError(
      "unsupported",
      "a sweep of learning rates follows the loss of rows that stay, and each step of " +
        `${spec.task.name} samples rows of its own: compare the mean reward of short runs instead`,
    );
  }
  using interrupt = onInterrupt(options.signal);
  const { signal } = interrupt;
  const read = await readStage(spec, signal);
  const method = await spec.method.open?.() ?? spec.method;
  const settings = trainSettings(spec.train, method);
  const device = await openDevice(options.device, { precision: options.precision });
  const opened = await openStage(spec, { signal, read });
  const own = await dataForHead(opened, read, method);
  const encoded = await assembleStage(spec, opened, own, {
    ...{ method, settings, signal },
    device: device.inFloat32 ?? device,
  });
  const { trainable, data } = await referenceStage(spec, encoded, {
    device: device.inFloat32 ?? device,
    options,
    settings,
    signal,
  });
  const progress = progressFor(options, "sweeping", steps, "steps");
  let done = 0;
  try {
    return await findLearningRate(trainable, data.train, {
      device,
      settings,
      signal,
      onStep: () => progress.update(++done),
    }, sweep);
  } finally {
    progress.end();
  }
}
