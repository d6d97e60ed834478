/**
 * What a deployment is made of.
 *
 * @module
 */
import type { Rows } from "../nn/run_over.ts";
import type { Processor } from "../nn/processor.ts";
import type { LabelledTask } from "../nn/task.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import type { ModelFolder } from "../weights/model_files.ts";

/** A trained model with everything that its deployment needs. */
export interface TrainedModel {
  readonly trainable: TrainableModel;
  /** Trained tensors by path: the method's parameters and the weights it trained. */
  readonly values: ReadonlyMap<string, Float32Array>;
  /** What it was trained for, with its labels. */
  // deno-lint-ignore no-explicit-any
  readonly task: LabelledTask<any, any, any>;
  /** The files of the pretrained model. */
  readonly files: ModelFolder;
  /** What made the inputs of the training. */
  readonly processor: Processor;
  /** Longer texts were truncated in training, and are by the deployed model. */
  readonly maxTokens: number;
  /** Rows of the training, which the ranges of activations are found on; absent where none can be run. */
  readonly calibration?: RangeRows;
}

/** What ranges are found on. */
export interface RangeRows {
  readonly rows: Rows;
  /** Stops with an error of kind "interrupted". */
  readonly signal?: AbortSignal | undefined;
}

/** What a folder of weights is written from: a trained model without its loss. */
export type WrittenModel = Omit<TrainedModel, "trainable"> & {
  readonly trainable: Pick<TrainableModel, "model" | "adapter">;
};
