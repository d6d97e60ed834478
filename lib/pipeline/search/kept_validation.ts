/**
 * Scores the validation rows of a trial from above its frozen layers, whose results the trials share.
 *
 * @module
 */
import type { Device } from "../../engine/mod.ts";
import { countFrozenLayers } from "../../nn/frozen_layers.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { frozenKey } from "../../train/frozen_results.ts";
import { cacheHidden } from "../../train/hidden_cache.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { AskedRows } from "../run/predict_inputs.ts";
import { type Scorer, scorerOf } from "../run/score_stage.ts";
import type { AttachedTrial } from "./trial_bases.ts";

/** Validation rows that are fed from above the frozen layers, and what runs them. */
export interface KeptValidation extends AsyncDisposable {
  readonly scorer: Scorer;
  readonly rows: AskedRows;
}

/**
 * Runs the frozen layers over the validation rows unless another trial has. Nothing where no layers are frozen, where
 * the training would keep no results either, and where more is asked than what layers above them make of
 * hidden states: scores in eight bits, scores of each token's probability, which read the ids.
 */
export async function keptValidation(
  { rows: { validation }, validationResults }: Pick<AttachedTrial, "rows" | "validationResults">,
  trainable: TrainableModel,
  { device, spec: { evaluateCompute = "float32" }, settings, signal }: {
    readonly device: Device;
    readonly spec: Pick<PlanSpec, "evaluateCompute">;
    readonly settings: TrainSettings;
    readonly signal: AbortSignal;
  },
): Promise<KeptValidation | undefined> {
  const frozenLayers = countFrozenLayers(trainable);
  const isPlain = evaluateCompute === "float32" && trainable.objective.perRow === undefined;
  if (frozenLayers === 0 || !settings.cacheFrozen || validation.changes || !isPlain) {
    return undefined;
  }
  const filling = { frozenLayers, settings, signal };
  const rows = await validationResults.take(
    frozenKey(trainable, frozenLayers),
    () => cacheHidden(trainable, validation, device, filling),
    signal,
  );
  const scorer = scorerOf(trainable, device, { fromHidden: true });
  return {
    scorer,
    rows: { ...rows, objective: (of) => validation.objective(of) },
    [Symbol.asyncDispose]: () => scorer[Symbol.asyncDispose](),
  };
}
