/**
 * What the model says of a target, as a program.
 *
 * @module
 */
import type { Program, Tensor } from "../../engine/mod.ts";
import { batchInputs } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import type { Net } from "../../nn/net.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";
import { logitsAtTerms, targetInputs, termLogits } from "./target_terms.ts";

/**
 * Feeds a batch and the target's terms; gives the terms' `logits` [batch, terms], and `normalisers` [batch, terms], by
 * which a logit becomes the logarithm of a probability.
 */
export function scoresProgram(trainable: TrainableModel): Program {
  return programOf(trainable, "scores of a target", (net, fed) => ({
    ...termLogits(net, trainable, fed),
  }));
}

/** Feeds the same and gives all `logits` at the terms' places, [batch · terms, outputs]. */
export function logitsProgram(trainable: TrainableModel): Program {
  return programOf(trainable, "logits of a target's places", (net, fed) => ({
    logits: logitsAtTerms(net, trainable, fed),
  }));
}

type Fed = Readonly<Record<string, Tensor>>;

function programOf(
  trainable: TrainableModel,
  name: string,
  compute: (net: Net, fed: Fed) => Record<string, Tensor>,
): Program {
  const { model, adapter } = trainable;
  const weights = weightInputs(trainable);
  return {
    name,
    inputs: { ...batchInputs(model), ...targetInputs, ...weights.inputs },
    compute(fed) {
      const net = createNet({
        tensor: (path) => fed[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      return compute(net, fed);
    },
  };
}
