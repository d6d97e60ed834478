/**
 * Which rows each optimizer step sees.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { planBatches } from "../data/batches.ts";
import type { TrainSettings } from "./train_options.ts";

/** The settings that a plan depends on. */
export type PlanSettings = Pick<
  TrainSettings,
  "batchSize" | "accumulate" | "epochs" | "seed" | "order"
>;

/** The steps of a run. */
export interface StepPlan {
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  /** The row numbers of each micro-batch of a step, counted from 0. */
  microBatchesOf(step: number): Uint32Array[];
}

/**
 * Plans a run over rows of the given lengths in tokens. A step is planned as one batch and then cut
 * into micro-batches of `batchSize`, so that accumulation sees the same rows as a batch of the whole size.
 * Steps are counted as transformers' Trainer counts them.
 */
export function planSteps(lengths: ArrayLike<number>, settings: PlanSettings): StepPlan {
  const { batchSize, accumulate, epochs, seed, order } = settings;
  const stepRows = batchSize * accumulate;
  const stepsPerEpoch = Math.ceil(lengths.length / stepRows);
  const totalSteps = Math.ceil(stepsPerEpoch * epochs);
  if (!Number.isSafeInteger(totalSteps)) {
    throw new TunebookError("input", `${epochs} epochs are more steps than can be counted`);
  }
  let present: { epoch: number; steps: Uint32Array[] } | undefined;
  return {
    stepsPerEpoch,
    totalSteps,
    microBatchesOf(step) {
      const epoch = Math.floor(step / stepsPerEpoch);
      if (present?.epoch !== epoch) {
        const steps = planBatches(lengths, { batchSize: stepRows, seed, epoch, order });
        present = { epoch, steps };
      }
      const rows = present.steps[step - epoch * stepsPerEpoch];
      const microBatches = Math.ceil(rows.length / batchSize);
      return Array.from(
        { length: microBatches },
        (_, index) => rows.subarray(index * batchSize, (index + 1) * batchSize),
      );
    },
  };
}

/** So many batches of the first epoch tell enough of all. */
const maxSampled = 500;

/** Micro-batches of steps that are spread evenly over the first epoch. */
export function* sampledBatches(plan: StepPlan): Generator<Uint32Array> {
  const stride = Math.ceil(plan.stepsPerEpoch / maxSampled);
  for (let step = 0; step < plan.stepsPerEpoch; step += stride) yield* plan.microBatchesOf(step);
}
