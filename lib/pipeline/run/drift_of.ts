/**
 * What eight bits change in the outputs of a trained model.
 *
 * @module
 */
import { type ComputeDrift, computeDrift, type DriftOptions } from "../../deploy/compute_drift.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { TrainResult } from "../../train/train.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import type { Scoring } from "./scoring.ts";

/**
 * Compares a trained model in both arithmetics on held-out rows: that of the scores or else that of the
 * training beside float32; nothing where neither was in eight bits.
 */
export async function driftOf(
  { state, compute }: Pick<TrainResult, "state" | "compute">,
  { trainable, task, scoring, ...options }: Omit<DriftOptions, "state" | "kind" | "eightBit"> & {
    readonly trainable: TrainableModel;
    readonly task: AnyLabelledTask;
    readonly scoring: Pick<Scoring, "eightBit">;
  },
): Promise<ComputeDrift | undefined> {
  const eightBit = scoring.eightBit ?? compute.linears;
  if (!eightBit || eightBit.chosen.size === 0) return undefined;
  return await computeDrift(trainable, { ...options, state, eightBit, kind: task.task.kind });
}
