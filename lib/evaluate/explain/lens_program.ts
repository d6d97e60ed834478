/**
 * The logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): what the head says of the hidden states
 * after each block, as if no other block came.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type InputSpec, type Program, type Tensor, tf } from "../../engine/mod.ts";
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { encode, stackOf } from "../../nn/encoder.ts";
import { appliedHead } from "../../nn/head_results.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";

/** The feed of the tokens that are asked, [places] int32. */
export const lensPlaces = "lens_places";

const placesInput: InputSpec = { role: "feed", type: "int32", shape: ["places"] };

/**
 * Feeds a batch of one text and places in it; gives `logits` [layers + 1, places, outputs]: first of the embeddings,
 * then of what each block gives. What comes after the last block, such as a norm, is applied to all of them; the last
 * ones are the model's own.
 *
 * Throws an error of kind "unsupported" for models that are no single stack of blocks over texts.
 */
export function lensProgram(trainable: TrainableModel): Program {
  const { model, adapter } = trainable;
  const { family, config } = model;
  refuseWithoutStack(trainable);
  const weights = weightInputs(trainable);
  return {
    name: "logit lens",
    inputs: { ...batchInputs(model), [lensPlaces]: placesInput, ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      const batch = batchOf(inputs);
      const asked = (hidden: Tensor) =>
        tf.gather(tf.reshape(hidden, [-1, config.hiddenSize]), inputs[lensPlaces]);
      let hidden = encode(net, model, batch, { until: 0 });
      const states = [asked(hidden)];
      for (let layer = 0; layer < config.numLayers; layer++) {
        hidden = encode(net, model, { ...batch, hidden }, {
          frozenLayers: layer,
          until: layer + 1,
        });
        states.push(asked(hidden));
      }
      const all = tf.concat(states, 0); // [(layers + 1) · places, hiddenSize]
      const finished = stackOf(family).finish?.(net, config, all) ?? all;
      const logits = appliedHead(net, trainable, finished);
      return { logits: tf.reshape(logits, [states.length, -1, logits.shape[1]!]) };
    },
  };
}

function refuseWithoutStack({ model: { family, config }, adapter }: TrainableModel): void {
  const why = family.decoder
    ? `${family.modelType} models are an encoder and a decoder`
    : !family.stack || family.input !== "text"
    ? `${family.modelType} models are no stack of blocks over the tokens of a text`
    : config.numLayers < 1
    ? "the model has no blocks"
    : adapter.input
    ? "the method puts virtual tokens before the texts, so that blocks have others than the texts'"
    : undefined;
  if (why === undefined) return;
  throw new TunebookError(
    "unsupported",
    `logitLens reads what each block of one stack gives for a text; ${why}`,
  );
}
