/**
 * What each block of a model gives, as a program.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Program, type Tensor, tf } from "../../engine/mod.ts";
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { decode } from "../../nn/decoder.ts";
import { encode, encodeMemory } from "../../nn/encoder.ts";
import type { Net } from "../../nn/net.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";

/**
 * Feeds a padded batch and gives what each block gives for the batch's own tokens, without a method's virtual ones:
 * `block 1`, `block 2` …, of an encoder-decoder `encoder 1` … and `decoder 1` …, each [batch, tokens, hiddenSize].
 *
 * Throws an error of kind "unsupported" for models that are no stack of blocks.
 */
export function statesProgram(trainable: Pick<TrainableModel, "model" | "adapter">): Program {
  const { model, adapter } = trainable;
  const { family, config } = model;
  if (!family.stack) {
    throw new TunebookError(
      "unsupported",
      `${family.modelType} models are no stack of blocks, whose hidden states could be compared; leave rows out, ` +
        "changes({ rows: 0 })",
    );
  }
  const weights = weightInputs(trainable);
  return {
    name: "hidden states",
    inputs: { ...batchInputs(model), ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      const batch = batchOf(inputs);
      const states: Record<string, Tensor> = {};
      const counts = { block: 0, encoder: 0, decoder: 0 };
      const watched: Net = {
        ...net,
        checkpointed(x, mask, compute, memory) {
          const y = compute(net, x, mask, memory);
          const which = family.decoder ? memory ? "decoder" : "encoder" : "block";
          const length = (memory ? batch.decoder!.mask : batch.mask)?.shape[1];
          states[`${which} ${++counts[which]}`] = ownStates(y, mask, length, config.hiddenSize);
          return y;
        },
        withoutDropout: () => watched,
      };
      if (family.decoder) {
        decode(watched, model, batch.decoder!, encodeMemory(watched, model, batch));
      } else encode(watched, model, batch);
      return states;
    },
  };
}

/** [batch · all tokens, hiddenSize] → [batch, own tokens, hiddenSize]; virtual tokens stand in front. */
function ownStates(
  x: Tensor,
  mask: Tensor,
  length: number | undefined,
  hiddenSize: number,
): Tensor {
  const rows = mask.shape[0]!;
  const all = tf.reshape(x, [rows, -1, hiddenSize]);
  const sequence = all.shape[1]!;
  const own = length ?? sequence;
  return own === sequence ? all : tf.slice(all, [0, sequence - own, 0], [rows, own, hiddenSize]);
}
