/**
 * Which rows each optimizer step sees.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { planBatches } from "../data/batches.ts";
import type { TrainSettings } from "./train_options.ts";
import { exampleLengths, type TrainingRows } from "./training_rows.ts";

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
 * Steps are counted as transformers' Trainer counts them. Where micro-batches are smaller than that, those
 * of a step have rows of like length.
 *
 * @param microBatchSize the most examples of a micro-batch; `batchSize` unless given
 * @param processes how many processes share a step: micro-batch 0, `processes`, 2 · `processes` … is the first one's
 */
export function planSteps(
  lengths: ArrayLike<number>,
  settings: PlanSettings,
  microBatchSize: number = settings.batchSize,
  processes = 1,
): StepPlan {
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
      const planned = present.steps[step - epoch * stepsPerEpoch];
      const rows = microBatchSize < batchSize || processes > 1
        ? planned.toSorted((a, b) => lengths[b] - lengths[a])
        : planned;
      return parted(rows, microBatchSize * processes).flatMap((part) => dealt(part, processes));
    },
  };
}

/** Rows in parts of a size, the last of which may be smaller. */
function parted(rows: Uint32Array, size: number): Uint32Array[] {
  return Array.from(
    { length: Math.ceil(rows.length / size) },
    (_, index) => rows.subarray(index * size, (index + 1) * size),
  );
}

/** Rows dealt to processes one after the other, so that all have as much to compute; at most one part each. */
function dealt(rows: Uint32Array, processes: number): Uint32Array[] {
  if (processes === 1) return [rows];
  return Array.from(
    { length: Math.min(processes, rows.length) },
    (_, process) => rows.filter((_, at) => at % processes === process),
  );
}

/** A plan whose batches are learned from so many times each, one optimizer step after the other. */
export function repeatedSteps(plan: StepPlan, times: number): StepPlan {
  if (times === 1) return plan;
  return {
    stepsPerEpoch: plan.stepsPerEpoch * times,
    totalSteps: plan.totalSteps * times,
    microBatchesOf: (step) => plan.microBatchesOf(Math.floor(step / times)),
  };
}

/** The optimizer steps of a run over these rows. */
export function plannedSteps(rows: TrainingRows, settings: PlanSettings): number {
  const once = planSteps(exampleLengths(rows), settings);
  return repeatedSteps(once, rows.rollout?.updates ?? 1).totalSteps;
}

/** So many batches of the first epoch tell enough of all. */
const maxSampled = 500;

/** Micro-batches of steps that are spread evenly over the first epoch. */
export function* sampledBatches(plan: StepPlan): Generator<Uint32Array> {
  const stride = Math.ceil(plan.stepsPerEpoch / maxSampled);
  for (let step = 0; step < plan.stepsPerEpoch; step += stride) yield* plan.microBatchesOf(step);
}
