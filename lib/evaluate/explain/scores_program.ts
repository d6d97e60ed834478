/**
 * What the model says of a target, as a program.
 *
 * @module
 */
import type { Program } from "../../engine/mod.ts";
import { batchInputs } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";
import { targetInputs, termLogits } from "./target_terms.ts";

/**
 * Feeds a batch and the target's terms; gives the terms' `logits` [batch, terms], and `normalisers` [batch, terms], by
 * which a logit becomes the logarithm of a probability.
 */
export function scoresProgram(trainable: TrainableModel): Program {
  const { model, adapter } = trainable;
  const weights = weightInputs(trainable);
  return {
    name: "scores of a target",
    inputs: { ...batchInputs(model), ...targetInputs, ...weights.inputs },
    compute(fed) {
      const net = createNet({
        tensor: (path) => fed[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      return { ...termLogits(net, trainable, fed) };
    },
  };
}
