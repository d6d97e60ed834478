/**
 * The frozen layers alone, as a program.
 *
 * @module
 */
import type { Program, Tensor } from "../engine/mod.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import { createNet } from "./create_net.ts";
import { encode } from "./encoder.ts";
import { bodyDepth } from "./frozen_layers.ts";
import { modelHead } from "./model.ts";
import type { Net } from "./net.ts";
import { type TrainableModel, weightInputs } from "./trainable_model.ts";
import { packedFeatures, wholeFeatures } from "./whole_features.ts";

/** Which positions the head reads; a body that is no stack gives one row for each input. */
export function positionsRead(model: TrainableModel["model"]): "all" | "pooled" {
  return !model.family.stack || modelHead(model).reads === "pooled" ? "pooled" : "all";
}

/** Which positions are needed above the frozen layers: one where all layers are frozen. */
export function positionsAbove(
  { model }: Pick<TrainableModel, "model">,
  frozenLayers: number,
): "all" | "pooled" {
  return frozenLayers === bodyDepth(model) ? positionsRead(model) : "all";
}

/**
 * Feeds a batch and gives what the frozen layers make of it: `hidden` [batch, sequence or 1,
 * hiddenSize], of a model that is no stack [batch, 1, numbers].
 */
export function hiddenProgram(
  trainable: Pick<TrainableModel, "model" | "adapter">,
  frozenLayers: number,
): Program {
  const { model } = trainable;
  return frozenProgram("frozen layers", trainable, (net, inputs) => {
    if (!model.family.stack) return packedFeatures(wholeFeatures(net, model, inputs));
    const positions = positionsAbove(trainable, frozenLayers);
    return encode(net, model, batchOf(inputs), { positions, until: frozenLayers });
  });
}

/**
 * Feeds a batch of texts and gives the finished hidden states of a model that is not trained: `hidden` [batch,
 * sequence, hiddenSize].
 */
export function finishedProgram(trainable: Pick<TrainableModel, "model" | "adapter">): Program {
  return frozenProgram(
    "hidden states",
    trainable,
    (net, inputs) => encode(net, trainable.model, batchOf(inputs)),
  );
}

function frozenProgram(
  name: string,
  trainable: Pick<TrainableModel, "model" | "adapter">,
  hidden: (net: Net, inputs: Readonly<Record<string, Tensor>>) => Tensor,
): Program {
  const { model } = trainable;
  const weights = weightInputs(trainable);
  const frozen = Object.entries(weights.inputs).filter(([, { role }]) => role === "frozen");
  return {
    name,
    inputs: { ...batchInputs(model), ...Object.fromEntries(frozen) },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        quantized: model.quantized,
      });
      return { hidden: hidden(net, inputs) };
    },
  };
}
