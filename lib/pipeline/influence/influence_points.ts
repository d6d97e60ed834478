/**
 * Where in a run gradients are taken: at its checkpoints, or at its end.
 *
 * @module
 */
import { join } from "node:path";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { sizeOf, type State } from "../../engine/mod.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { loadCheckpoint } from "../../train/checkpoint.ts";
import type { Tensors } from "../../train/divergence.ts";
import type { InfluencePoint } from "../../train/influence/tracin.ts";
import { keptFolders } from "../../train/kept_checkpoints.ts";
import { learningRateAt } from "../../train/schedules/mod.ts";
import type { TrainSettings } from "../../train/train_options.ts";

/** The run whose points are asked. */
export interface InfluencedRun {
  readonly settings: TrainSettings;
  readonly totalSteps: number;
  /** A state of the trained tensors alone, which the points write to. */
  readonly state: State;
  /** The numbers at the end. */
  readonly trained: Tensors;
}

/**
 * The points: at each checkpoint with the learning rate of the step before it, else the end with the learning rate of
 * the plan.
 *
 * Throws an error of kind "input" for folders without a checkpoint of this run.
 */
export async function influencePoints(
  given: readonly string[] | undefined,
  run: InfluencedRun,
): Promise<InfluencePoint[]> {
  const { settings, totalSteps, state, trained } = run;
  const { checkpoints, keepCheckpoints, learningRate } = settings;
  const folders = given ??
    (checkpoints !== undefined && keepCheckpoints ? await keptFolders(checkpoints) : []);
  if (folders.length === 0) {
    return [{ learningRate, restore: () => state.write(parameters, trained) }];
  }
  const steps = await Promise.all(folders.map((folder) => checkpointIn(folder, run)));
  const wrong = steps.flatMap((found) => typeof found === "string" ? [found] : []);
  if (wrong.length > 0) throw mistakes("input", "influence: these are no checkpoints:", wrong);
  return folders.map((folder, at) => ({
    learningRate: learningRateAt({ ...settings, totalSteps }, Math.max(0, Number(steps[at]) - 1)),
    async restore() {
      const checkpoint = await loadCheckpoint(folder);
      if (!checkpoint) throw new TunebookError("input", `influence: ${folder} is gone`);
      await state.write(parameters, checkpoint.vectors.get(parameters)!);
    },
  }));
}

/** How many steps the run had taken, or what is wrong with the folder. */
async function checkpointIn(
  folder: string,
  { state: { tensors }, totalSteps }: InfluencedRun,
): Promise<number | string> {
  const found = await loadCheckpoint(folder);
  if (!found) return `${join(folder)}: there is no checkpoint`;
  const held = found.vectors.get(parameters);
  const other = tensors.find(({ name, shape }) => held?.get(name)?.length !== sizeOf(shape));
  if (other) {
    return `${folder}: it has another ${other.name} than this run, or only the rows of the words that occur`;
  }
  const { step } = found.trainerState;
  return step <= totalSteps
    ? step
    : `${folder}: ${step} steps were taken there, and this run has ${totalSteps}`;
}
