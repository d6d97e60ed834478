/**
 * Where a training starts: at its beginning or at a checkpoint.
 *
 * @module
 */
import type { State } from "../engine/mod.ts";
import {
  type ContinuedRun,
  loadCheckpoint,
  prepareFolder,
  restoreCheckpoint,
} from "./checkpoint.ts";
import type { Tensors } from "./divergence.ts";
import type { Standing } from "./standing.ts";
import type { TrainContext } from "./train_context.ts";
import { noVerdict } from "./validation.ts";

/** Where a run starts. */
export interface Start {
  readonly standing: Standing;
  readonly best?: Tensors;
  readonly memory: Tensors;
}

const beginning: Start = { standing: { ...noVerdict, step: 0, losses: [] }, memory: new Map() };

/** Continues from the folder's checkpoint where that was asked for and there is one. */
export async function findStart(
  { settings: { checkpoints, resume } }: TrainContext,
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
