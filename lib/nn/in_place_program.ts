/**
 * The program that continues texts on a processor: the same as `continuation_program.ts`, in fewer and
 * larger nodes. Keys and values are written into the cache where it lies, and a quantised model is
 * multiplied in integers, the vocabulary's head in eight bits.
 *
 * @module
 */
import { type InputSpec, ops, type Program, type Tensor, tf } from "../engine/mod.ts";
import { TunebookError } from "../core/errors.ts";
import type { AttentionCall } from "./attention_call.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import type { BoundModel } from "./bound_model.ts";
import {
  askedLogits,
  askedTokens,
  type Continued,
  keyValueInputs,
  keyValueNames,
  writtenPlaces,
} from "./continuation_program.ts";
import { encode } from "./encoder.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { Model } from "./model.ts";

/** How many tokens of each row were read before, [batch] int32. */
export const pastLengths = "past_lengths";
/** The place of each row's last new token, padding included, [batch] int32. */
export const lastPlaces = "last_places";
/** The tokens of the longest row, the new ones included, a scalar int32. */
export const totalTokens = "total_tokens";

/** The runtime's node takes heads of so many numbers, or a multiple. */
const headStep = 8;

/**
 * Whether a model can be read so: a stack that reads from left to right, whose keys and values no method
 * changes, with heads that the runtime's node takes.
 */
export function readsInPlace({ model: { family, config }, adapter }: Continued): boolean {
  return family.decoder === undefined && family.stack?.causal === true &&
    adapter.keysValues === undefined &&
    writtenPlaces(config).every(({ size }) => size % headStep === 0);
}

/**
 * Feeds `input_ids` and `attention_mask` [batch, sequence], padded on the right, `asked_tokens`, the lengths
 * and the cache. Gives `logits` [batch, vocabSize] of the tokens that follow those asked, and the cache with
 * the new tokens, which must be written where it was read. Rows must be new, or have one new token each, or
 * there is one row alone.
 *
 * @param begins whether the rows are new, which is what the program is called by
 */
export function inPlaceProgram(bound: BoundModel, begins: boolean): Program {
  const { model } = bound;
  return {
    name: begins ? "begin texts in place" : "continue texts in place",
    isInference: true,
    inputs: { ...batchInputs(model), ...cacheInputs(model), ...bound.inputs },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const net = bound.net(inputs, inPlaceCache(inputs, outputs));
      const hidden = encode(net, model, batchOf(inputs));
      return { logits: askedLogits(net, model, hidden, inputs), ...outputs };
    },
  };
}

function cacheInputs({ config }: Pick<Model, "config">): Record<string, InputSpec> {
  const int32 = { role: "feed", type: "int32" } as const;
  return {
    [askedTokens]: { ...int32, shape: ["batch"] },
    [pastLengths]: { ...int32, shape: ["batch"] },
    [lastPlaces]: { ...int32, shape: ["batch"] },
    [totalTokens]: { ...int32, shape: [] },
    ...keyValueInputs(writtenPlaces(config), "room", keyValueNames),
  };
}

function inPlaceCache(
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Record<string, Tensor>,
): KeyValueCache {
  return {
    lengths: tf.reshape(inputs[pastLengths], [-1, 1]),
    extend() {
      throw new TunebookError("unsupported", "a cache in place attends by itself");
    },
    attend(call) {
      const names = keyValueNames(call.layer);
      const { mixed, keys, values } = ops.cachedAttention({
        query: call.query,
        key: call.key,
        value: call.value,
        pastKeys: inputs[names.keys],
        pastValues: inputs[names.values],
        last: inputs[lastPlaces],
        total: inputs[totalTokens],
      }, optionsOf(call));
      outputs[names.newKeys] = keys;
      outputs[names.newValues] = values;
      return mixed;
    },
  };
}

function optionsOf(call: AttentionCall): Parameters<typeof ops.cachedAttention>[1] {
  const { query, mask, numHeads, numKeyValueHeads = numHeads, scale, softCap, window } = call;
  return {
    batch: mask.shape[0],
    heads: numHeads,
    keyValueHeads: numKeyValueHeads,
    scale: scale ?? 1 / Math.sqrt(query.shape[1]! / numHeads),
    softCap,
    window,
  };
}
