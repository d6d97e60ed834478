/**
 * Where a training starts: at its beginning or at a checkpoint.
 *
 * @module
 */
import type { State } from "../engine/mod.ts";
import { type Checkpoint, checkpointFileOf, loadCheckpoint, prepareFolder } from "./checkpoint.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
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
  /** The momentum by which processes meet that train apart. */
  readonly outerMomentum: Tensors;
  /** True where a process that trains apart goes on with what the optimizer of the first one kept. */
  readonly isBorrowed: boolean;
}

const beginning: Start = {
  trainerState: { ...beforeValidation, step: 0, losses: [] },
  methodState: new Map(),
  statistics: new Map(),
  rollout: new Map(),
  outerMomentum: new Map(),
  isBorrowed: false,
};

/** Continues from the folder's checkpoint where that was asked for and there is one. */
export async function findStart(
  { settings: { checkpoints, resume, sync }, processes }: Pick<
    TrainContext,
    "settings" | "processes"
  >,
  state: State,
  run: ContinuedRun,
): Promise<Start> {
  if (!checkpoints) return beginning;
  await prepareFolder(checkpoints);
  const first = resume ? await loadCheckpoint(checkpoints) : undefined;
  if (!first) return beginning;
  const own = sync && processes ? await ownCheckpoint(checkpoints, first, processes) : first;
  const checkpoint = own ?? first;
  await restoreCheckpoint(checkpoints, state, checkpoint, run);
  return { ...checkpoint, isBorrowed: own === undefined };
}

/** What this process kept where the first one kept `first`, of processes that trained apart. */
async function ownCheckpoint(
  folder: string,
  first: Checkpoint,
  { rank, size }: ProcessGroup,
): Promise<Checkpoint | undefined> {
  if (rank === 0) return first;
  if (first.processes !== size) return undefined;
  const own = await loadCheckpoint(folder, checkpointFileOf(rank));
  const isOfIt = own?.processes === size && own.trainerState.step === first.trainerState.step;
  return isOfIt ? own : undefined;
}
