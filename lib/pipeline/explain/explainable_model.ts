/**
 * A trained model whose answers can be explained.
 *
 * @module
 */
import type { Device, HeldWeights, State } from "../../engine/mod.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Outputs } from "../../nn/task.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import type { AnyExamples } from "../run/assemble_stage.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";

/** A trained model whose answers can be explained. */
export interface ExplainableModel {
  readonly task: AnyLabelledTask;
  readonly processor: Processor;
  readonly device: Device;
  readonly held?: HeldWeights | undefined;
  trainableOf(examples: AnyExamples): TrainableModel;
  stateOf(): Promise<State | undefined>;
  outputsOf(examples: AnyExamples): Promise<Outputs>;
}
