/**
 * What a training's eight-bit arithmetic changes in the outputs of its model.
 *
 * @module
 */
import { type ComputeDrift, computeDrift, type DriftOptions } from "../../deploy/compute_drift.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { TrainResult } from "../../train/train.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/** Compares a trained model in both arithmetics on held-out rows; nothing where no step was in eight bits. */
export async function driftOf(
  { state, compute }: Pick<TrainResult, "state" | "compute">,
  { trainable, task, ...options }: Omit<DriftOptions, "state" | "kind" | "eightBit"> & {
    readonly trainable: TrainableModel;
    readonly task: AnyLabelledTask;
  },
): Promise<ComputeDrift | undefined> {
  const { linears: eightBit } = compute;
  if (!eightBit || eightBit.chosen.size === 0) return undefined;
  return await computeDrift(trainable, { ...options, state, eightBit, kind: task.task.kind });
}
