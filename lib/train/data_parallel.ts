/**
 * A training that several processes compute together: each takes its share of a step's micro-batches, and all
 * move by the sum of the gradients. A plan means the same on any number of processes.
 *
 * Source: Li et al., "PyTorch Distributed: Experiences on Accelerating Data Parallel Training", 2020
 * (arXiv 2006.15704).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { sizeOf, type State } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import { statistics } from "../nn/trained.ts";
import { type ProcessGroup, requireSame } from "../parallel/process_group.ts";
import { accumulated } from "./optimizer.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";
import type { TrainingRows } from "./training_rows.ts";

/** Refuses what several processes cannot compute together. */
export function checkProcesses(
  { size }: ProcessGroup,
  { settings, rows, tensors }: {
    readonly settings: Pick<TrainSettings, "batchSize" | "accumulate" | "sync">;
    readonly rows: Pick<TrainingRows, "rollout">;
    readonly tensors: State["tensors"];
  },
): void {
  const { batchSize, accumulate } = settings;
  if (batchSize * accumulate < size) {
    throw new TunebookError(
      "input",
      `a step has ${
        batchSize * accumulate
      } rows for ${size} processes; give a batchSize from ${size}, or launch fewer`,
    );
  }
  const reason = rows.rollout && settings.sync
    ? "answers are sampled by all processes together, which sync lets train apart; leave sync out"
    : tensors.some(({ group }) => group === statistics)
    ? "batch normalisations are trained, whose statistics in the middle of a step would be those of one process's " +
      'rows; keep those of the checkpoint, full({ batchNorm: "running" }), or launch it by itself'
    : undefined;
  if (reason === undefined) return;
  throw new TunebookError(
    "unsupported",
    `this training cannot be shared by ${size} processes: ${reason}`,
  );
}

/** Rows of each process in a step, at most. */
export function shareOf(
  { batchSize, accumulate }: Pick<TrainSettings, "batchSize" | "accumulate">,
  size: number,
): number {
  return Math.ceil(batchSize * accumulate / size);
}

/** Whether a micro-batch of a step is computed here. */
export function isOwn(processes: ProcessGroup | undefined, microBatch: number): boolean {
  return !processes || microBatch % processes.size === processes.rank;
}

/**
 * The steps up to the one after `done` steps, from 1, for which there were no rows for this process: those that end
 * an epoch, where they have fewer rows than there are processes.
 */
export function idleSteps(
  plan: Pick<StepPlan, "stepsPerEpoch" | "microBatchesOf">,
  { rank }: Pick<ProcessGroup, "rank">,
  done: number,
): number[] {
  const { stepsPerEpoch } = plan;
  const ends = Math.floor((done + 1) / stepsPerEpoch);
  if (ends === 0 || plan.microBatchesOf(ends * stepsPerEpoch - 1).length > rank) return [];
  return Array.from({ length: ends }, (_, epoch) => (epoch + 1) * stepsPerEpoch);
}

/**
 * Leaves the sum of all processes' gradients in the state, and gives the sum of their losses.
 *
 * @param hasOwn false where this process had no micro-batch in the step, so that the state holds an earlier step's
 */
export async function sumGradients(
  processes: ProcessGroup,
  state: State,
  { loss, hasOwn, signal }: {
    readonly loss: number;
    readonly hasOwn: boolean;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<number> {
  const { tensors } = state;
  const all = new Float32Array(tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  const own = hasOwn ? await state.read(accumulated) : new Map<string, Float32Array>();
  const parts = new Map<string, Float32Array>();
  let at = 0;
  for (const { name, shape } of tensors) {
    const part = all.subarray(at, at += sizeOf(shape));
    const found = own.get(name);
    if (found) part.set(found);
    parts.set(name, part);
  }
  await processes.sum(all, signal);
  await state.write(accumulated, parts);
  const losses = Float64Array.of(loss);
  await processes.sum(losses, signal);
  return losses[0];
}

/** All processes have moved by the same numbers; where they have not, nothing of it can be trusted. */
export async function requireSameParameters(
  processes: ProcessGroup,
  state: State,
  signal?: AbortSignal,
): Promise<void> {
  let sum = 0;
  for (const values of (await state.read(parameters)).values()) {
    for (const value of values) sum += value;
  }
  await requireSame(processes, "sum of parameters", sum, signal);
}
