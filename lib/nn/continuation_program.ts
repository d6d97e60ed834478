/**
 * The program that continues texts: it reads some more tokens of each row, whose earlier ones it has
 * read before, and gives the scores of the next one.
 *
 * @module
 */
import { type InputSpec, type Program, type Tensor, tf } from "../engine/mod.ts";
import { type AttentionPlace, attentionPlaces } from "./attention_places.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import type { BoundModel } from "./bound_model.ts";
import { encode } from "./encoder.ts";
import type { ModelConfig } from "./family.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { KeysValues } from "./method.ts";
import { type Model, modelHead } from "./model.ts";
import type { Net } from "./net.ts";
import { rowHead } from "./task_head.ts";
import type { TrainableModel } from "./trainable_model.ts";

/** What continues a text. */
export type Continued = Pick<TrainableModel, "model" | "adapter">;

/** Which tokens of each row are in the cache, [batch, past] int32: 1 for a token, 0 for room. */
export const pastMask = "past_mask";
/** The tokens whose next ones are asked, counted through all rows of the batch, [batch] int32. */
export const askedTokens = "asked_tokens";

/** The names of a layer's keys and values, in the cache and among the outputs. */
export function keyValueNames(layer: number): {
  readonly keys: string;
  readonly values: string;
  readonly newKeys: string;
  readonly newValues: string;
} {
  return {
    keys: `past.${layer}.keys`,
    values: `past.${layer}.values`,
    newKeys: `new.${layer}.keys`,
    newValues: `new.${layer}.values`,
  };
}

/**
 * Feeds `input_ids` and `attention_mask` [batch, sequence], padded on the right, the cache, and
 * `asked_tokens`. Gives `logits` [batch, vocabSize] of the tokens that follow those asked, and for each
 * layer the keys and values of the tokens that were fed, [batch, heads, sequence, size]. Virtual tokens
 * that a method puts before the rows come first in the outputs.
 *
 * @param begins whether the rows are new, which is what the program is called by
 */
export function continuationProgram(bound: BoundModel, begins: boolean): Program {
  const { model } = bound;
  return {
    name: begins ? "begin texts" : "continue texts",
    inputs: { ...batchInputs(model), ...pastInputs(model), ...bound.inputs },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const net = bound.net(inputs, cacheOf(inputs, outputs));
      const hidden = encode(net, model, batchOf(inputs));
      return { logits: askedLogits(net, model, hidden, inputs), ...outputs };
    },
  };
}

/** The logits of the tokens that follow those asked, [batch, vocabSize], from the hidden states of all. */
export function askedLogits(
  net: Net,
  model: Model,
  hidden: Tensor,
  inputs: Readonly<Record<string, Tensor>>,
): Tensor {
  const rows = tf.reshape(hidden, [-1, model.config.hiddenSize]);
  return rowHead(modelHead(model)).forward(net, model.config, tf.gather(rows, inputs[askedTokens]));
}

/** The inputs of a program beside the batch: what was read before. */
export function pastInputs({ config }: Pick<Model, "config">): Record<string, InputSpec> {
  return {
    [askedTokens]: { role: "feed", type: "int32", shape: ["batch"] },
    [pastMask]: { role: "feed", type: "int32", shape: ["batch", "past"] },
    ...keyValueInputs(writtenPlaces(config), "past", keyValueNames),
  };
}

/** Keys and values of attentions, [batch, heads, tokens, size] each; `tokens` is what that size is called. */
export function keyValueInputs(
  places: readonly AttentionPlace[],
  tokens: string,
  namesOf: (layer: number) => { readonly keys: string; readonly values: string },
): Record<string, InputSpec> {
  return Object.fromEntries(places.flatMap(({ layer, heads, size }) => {
    const shape = ["batch", heads, tokens, size];
    const spec: InputSpec = { role: "feed", type: "float32", shape };
    const { keys, values } = namesOf(layer);
    return [[keys, spec], [values, spec]];
  }));
}

/** The attentions to what was written so far: those of a decoder, or of the only stack. */
export function writtenPlaces(config: ModelConfig): AttentionPlace[] {
  return attentionPlaces(config, ["decoder"]);
}

/** Reads the cache out of the program's inputs, and leaves what is new among its outputs. */
export function cacheOf(
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Record<string, Tensor>,
): KeyValueCache {
  const mask = inputs[pastMask];
  const lengths = tf.sum(mask, 1, true); // [batch, 1]
  return {
    lengths,
    extend(layer, own) {
      const { keys, values, newKeys, newValues } = keyValueNames(layer);
      outputs[newKeys] = own.keys;
      outputs[newValues] = own.values;
      const past: KeysValues = { keys: inputs[keys], values: inputs[values], mask };
      const positions = tf.cumsum(tf.onesLike(mask), 1, true);
      const queries = tf.add(tf.cumsum(tf.onesLike(own.mask), 1, true), lengths);
      return {
        segments: [past, own],
        mask: tf.concat([mask, own.mask], 1),
        positions: { keys: tf.concat([positions, queries], 1), queries, perRow: true },
      };
    },
  };
}
