/**
 * The programs that write with an encoder-decoder: one reads sources and begins their answers, the other
 * goes on with answers from what is remembered of both.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type InputSpec, type Program, type Tensor, tf } from "../engine/mod.ts";
import { attentionPlaces } from "./attention_places.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import type { BoundModel } from "./bound_model.ts";
import { askedLogits, cacheOf, keyValueInputs, pastInputs } from "./continuation_program.ts";
import { decode } from "./decoder.ts";
import { encodeMemory } from "./encoder.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { Model } from "./model.ts";
import type { Memory } from "./net.ts";

/** Which tokens of each source are none, a method's virtual tokens included, [batch, source] int32. */
export const sourceMask = "source_mask";

/** The names of what a decoder's layer reads of the source, among inputs and outputs. */
export function sourceNames(layer: number): { readonly keys: string; readonly values: string } {
  return { keys: `source.${layer}.keys`, values: `source.${layer}.values` };
}

/**
 * Feeds sources (`input_ids`, `attention_mask`) and what their answers begin with (`decoder_input_ids`,
 * `decoder_attention_mask`), padded on the right, a cache that holds nothing and `asked_tokens`. Gives
 * what `continueAnswers` gives, and of the source `source_mask` [batch, source] and for each layer of the
 * decoder keys and values, [batch, heads, source, size].
 */
export function beginAnswers(bound: BoundModel): Program {
  const { model } = bound;
  return {
    name: "begin answers",
    inputs: { ...batchInputs(model), ...pastInputs(model), ...bound.inputs },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const net = bound.net(inputs, {
        ...cacheOf(inputs, outputs),
        crossed(layer, compute) {
          const { keys, values } = sourceNames(layer);
          const made = compute();
          outputs[keys] = made.keys;
          outputs[values] = made.values;
          return made;
        },
      });
      const batch = batchOf(inputs);
      const memory = encodeMemory(net, model, batch);
      const hidden = decode(net, model, batch.decoder!, memory);
      const logits = askedLogits(net, model, hidden, inputs);
      return { logits, [sourceMask]: tf.add(memory.mask, tf.scalar(0, "int32")), ...outputs };
    },
  };
}

/**
 * Feeds further tokens of answers (`decoder_input_ids`, `decoder_attention_mask`), `asked_tokens`, the cache
 * of what was written and what `beginAnswers` gave of the sources. Gives `logits` [batch, vocabSize] of the
 * tokens that follow those asked, and for each layer the new keys and values.
 */
export function continueAnswers(bound: BoundModel): Program {
  const { model } = bound;
  const { decoder_input_ids, decoder_attention_mask } = batchInputs(model);
  return {
    name: "continue answers",
    inputs: {
      decoder_input_ids,
      decoder_attention_mask,
      ...sourceInputs(model),
      ...pastInputs(model),
      ...bound.inputs,
    },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const mask = inputs[sourceMask];
      const crossed: KeyValueCache["crossed"] = (layer) => {
        const { keys, values } = sourceNames(layer);
        return { keys: inputs[keys], values: inputs[values], mask };
      };
      const net = bound.net(inputs, { ...cacheOf(inputs, outputs), crossed });
      const { decoder_input_ids: ids, decoder_attention_mask: own } = inputs;
      const hidden = decode(net, model, { ids, mask: own }, remembered(mask));
      return { logits: askedLogits(net, model, hidden, inputs), ...outputs };
    },
  };
}

/** What is remembered of the sources. */
function sourceInputs({ config }: Pick<Model, "config">): Record<string, InputSpec> {
  return {
    [sourceMask]: { role: "feed", type: "int32", shape: ["batch", "source"] },
    ...keyValueInputs(attentionPlaces(config, ["cross"]), "source", sourceNames),
  };
}

/** An encoder's result of which keys and values are kept alone. */
function remembered(mask: Tensor): Memory {
  return {
    mask,
    get x(): never {
      throw new TunebookError(
        "unsupported",
        "a decoder's block reads the encoder otherwise than by net.crossAttention, so that what it " +
          "read cannot be remembered",
      );
    },
  };
}
