/**
 * Writes each target's folder in turn and proves it.
 *
 * @module
 */
import { interruption } from "../../core/interruption.ts";
import { deploy, type Receipt, type TrainedModel } from "../../deploy/target.ts";
import type { Device } from "../../engine/mod.ts";
import type { Outputs } from "../../nn/task.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AnyExamples } from "./assemble_stage.ts";

/** The rows that a deployment is proved on, and what the trained model gave for them. */
export interface ProofRows {
  readonly examples: AnyExamples;
  readonly outputs: Outputs;
}

/** Deploys to all targets. */
export async function deployStage(
  targets: PlanSpec["targets"],
  trained: TrainedModel,
  { examples, outputs }: ProofRows,
  { device, signal }: { readonly device: Device; readonly signal: AbortSignal },
): Promise<Receipt[]> {
  const receipts: Receipt[] = [];
  for (const target of targets) {
    if (signal.aborted) throw interruption();
    receipts.push(
      await deploy(target, trained, { device, rows: examples, expected: outputs, signal }),
    );
  }
  return receipts;
}
