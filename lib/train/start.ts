/**
 * Where a training starts: at its beginning or at a checkpoint.
 *
 * @module
 */
import type { State } from "../engine/mod.ts";
import { loadCheckpoint, prepareFolder } from "./checkpoint.ts";
import type { Tensors } from "./divergence.ts";
import { beforeValidation } from "./early_stopping.ts";
import { type ContinuedRun, restoreCheckpoint } from "./restore_checkpoint.ts";
import type { TrainContext } from "./train_context.ts";
import type { TrainerState } from "./trainer_state.ts";

/** Where a run starts. */
export interface Start {
  readonly trainerState: TrainerState;
  readonly best?: Tensors;
  readonly methodState: Tensors;
  /** What the optimizer keeps beside the state. */
  readonly statistics: Tensors;
  /** What rollouts keep from step to step. */
  readonly rollout: Tensors;
}

const beginning: Start = {
  trainerState: { ...beforeValidation, step: 0, losses: [] },
  methodState: new Map(),
  statistics: new Map(),
  rollout: new Map(),
};

/** Continues from the folder's checkpoint where that was asked for and there is one. */
export async function findStart(
  { settings: { checkpoints, resume } }: Pick<TrainContext, "settings">,
  state: State,
  run: ContinuedRun,
): Promise<Start> {
  if (!checkpoints) return beginning;
  await prepareFolder(checkpoints);
  const checkpoint = resume ? await loadCheckpoint(checkpoints) : undefined;
  if (!checkpoint) return beginning;
  await restoreCheckpoint(checkpoints, state, checkpoint, run);
  return checkpoint;
}
