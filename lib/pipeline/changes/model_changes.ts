/**
 * What a training has changed in a model.
 *
 * @module
 */
import type { StatesChange } from "../../evaluate/explain/states_change.ts";

/** What has become of one tensor. */
export interface WeightChange {
  /** The tensor's path, `encoder.layer.0.attention.self.query.weight`. */
  readonly path: string;
  /** The block that it is of, from 0; absent for what is of none, such as embeddings. */
  readonly block?: number;
  /** The path within the block, `attention.self.query.weight`, or the whole path. */
  readonly module: string;
  /** The norm of the change by the norm of the tensor before, ‖ΔW‖ / ‖W‖ (Frobenius). */
  readonly relativeChange: number;
  /**
   * In about how many directions a matrix has changed (effective rank, Roy and Vetterli 2007); absent of vectors,
   * convolutions and where `ranks` is false.
   */
  readonly effectiveRank?: number;
}

/** What a training has changed in a model; its head, which is new or trained in any case, apart. */
export interface ModelChanges {
  readonly method: string;
  /** All tensors that have changed, in the order of the model. */
  readonly weights: readonly WeightChange[];
  /** What has become of the hidden states of held-out rows, block by block; absent where no rows were asked. */
  readonly states?: readonly StatesChange[];
  /** How many held-out rows were asked. */
  readonly rows: number;
  toString(): string;
}
