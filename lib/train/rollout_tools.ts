/**
 * What a training makes rollouts with.
 *
 * @module
 */
import type { State } from "../engine/mod.ts";
import type { RolloutTools } from "../nn/rollout.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";

/** Open tools; disposing of them frees the compiled programs. */
export interface OpenedRollouts extends RolloutTools, AsyncDisposable {}

/** What rollouts sample from. */
export interface SampledTraining {
  readonly trainable: TrainableModel;
  /** What is trained. */
  readonly state: State;
}

/** Opens them. */
export type OpenRollouts = (training: SampledTraining) => Promise<OpenedRollouts>;
