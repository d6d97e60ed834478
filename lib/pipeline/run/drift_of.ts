/**
 * What a training's eight-bit arithmetic changes in the outputs of its model.
 *
 * @module
 */
import { type ComputeDrift, computeDrift, type DriftOptions } from "../../deploy/compute_drift.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { TrainResult } from "../../train/train.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/** Compares a trained model in both arithmetics on held-out rows; nothing where it trained in float32. */
export async function driftOf(
  { state, compute }: Pick<TrainResult, "state" | "compute">,
  { trainable, task, ...options }: Omit<DriftOptions, "state" | "kind"> & {
    readonly trainable: TrainableModel;
    readonly task: AnyLabelledTask;
  },
): Promise<ComputeDrift | undefined> {
  if (compute.compute !== "int8") return undefined;
  return await computeDrift(trainable, { ...options, state, kind: task.task.kind });
}
