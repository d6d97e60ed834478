/**
 * A decoder as transformers.js and optimum ask it: tokens, the mask of all tokens and the cache in, logits
 * and the longer cache out.
 *
 * @module
 */
import { type InputSpec, type Program, type Tensor, tf } from "../engine/mod.ts";
import { createNet } from "./create_net.ts";
import { encode } from "./encoder.ts";
import { keyValueSizes } from "./key_value_sizes.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { ModelConfig } from "./family.ts";
import type { Net } from "./net.ts";
import { type Model, modelHead } from "./model.ts";
import { behindPrompt } from "./read_prompt.ts";
import { rowHead } from "./task_head.ts";
import { type TrainableModel, weightInputs } from "./trainable_model.ts";

/** The names of a layer's cache among inputs and outputs. */
export function cacheNames(layer: number): {
  readonly past: readonly [keys: string, values: string];
  readonly present: readonly [keys: string, values: string];
} {
  const of = (name: string) => [`${name}.${layer}.key`, `${name}.${layer}.value`] as const;
  return { past: of("past_key_values"), present: of("present") };
}

/** The shape of a cache before anything was read, for so many rows. */
export function emptyCacheShape(config: ModelConfig, rows: number): number[] {
  const { heads, size } = keyValueSizes(config);
  return [rows, heads, 0, size];
}

/**
 * Feeds `input_ids` [batch, sequence], `attention_mask` [batch, past + sequence], padded on the left, and
 * for each layer `past_key_values.N.key` and `.value` [batch, heads, past, size], where past may be 0.
 * Gives `logits` [batch, sequence, vocabSize] and `present.N.key` and `.value`.
 *
 * @param promptTokens virtual tokens before all of it, which `readPrompt` has read; the cache has none of them
 */
export function decoderProgram(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
  promptTokens = 0,
): Program {
  const weights = weightInputs({ model, adapter });
  return {
    name: "decoder",
    inputs: { ...decoderInputs(model), ...weights.inputs },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const ids = inputs.input_ids;
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        cache: behindPrompt(joinedCache(inputs, outputs, cacheNames), promptTokens, inputs),
      });
      const hidden = encode(net, model, { ids, mask: tf.onesLike(ids) });
      return { logits: logitsOf(net, model, hidden), ...outputs };
    },
  };
}

/** What the head gives for every token: [batch, sequence, hiddenSize] → [batch, sequence, vocabSize]. */
export function logitsOf(
  net: Net,
  model: Pick<Model, "family" | "headRequest" | "config">,
  hidden: Tensor,
): Tensor {
  const [rows, sequence, hiddenSize] = hidden.shape as [number, number, number];
  const tokens = tf.reshape(hidden, [-1, hiddenSize]);
  const logits = rowHead(modelHead(model)).forward(net, model.config, tokens);
  return tf.reshape(logits, [rows, sequence, logits.shape[1]!]);
}

/** transformers.js makes the first cache by the names of the sizes: `batch_size`, all others are 0. */
function decoderInputs({ config }: Pick<Model, "config">): Record<string, InputSpec> {
  const { heads, size } = keyValueSizes(config);
  const ids = { role: "feed", type: "int32", exportType: "int64" } as const;
  const past: InputSpec = {
    role: "feed",
    type: "float32",
    shape: ["batch_size", heads, "past_sequence_length", size],
  };
  return {
    input_ids: { ...ids, shape: ["batch_size", "sequence_length"] },
    attention_mask: { ...ids, shape: ["batch_size", "total_sequence_length"] },
    ...Object.fromEntries(
      Array.from({ length: config.numLayers }, (_, layer) => cacheNames(layer).past)
        .flat().map((name) => [name, past]),
    ),
  };
}

/**
 * Puts the batch's keys and values behind those of the cache, and both among the outputs. Without an
 * `attention_mask` among the inputs no token is padding.
 */
export function joinedCache(
  inputs: Readonly<Record<string, Tensor>>,
  outputs: Record<string, Tensor>,
  namesOf: typeof cacheNames,
): KeyValueCache {
  const [firstKeys] = namesOf(0).past;
  const past = onesAlong(inputs[firstKeys], 2);
  const own = onesAlong(inputs.input_ids, 1);
  const counted = tf.concat([past, own], 0);
  const places = tf.cumsum(counted, 0, true); // 0, 1, 2 … [past + sequence]
  const pastCount = tf.sum(past);
  // As many as there are keys, which the mask's own shape does not say.
  const mask = inputs.attention_mask
    ? tf.gather(inputs.attention_mask, places, 1)
    : onesOf(inputs.input_ids, places);
  const padding = tf.sum(tf.sub(tf.onesLike(mask), mask), 1, true); // [batch, 1]
  const rows = (x: Tensor) =>
    tf.add(tf.mul(tf.onesLike(padding), tf.scalar(0, "int32")), tf.reshape(x, [1, -1]));
  const queries = tf.add(tf.cumsum(own, 0, true), pastCount);
  return {
    // Positions count from the first token of each row, whatever stands before it.
    lengths: tf.sub(pastCount, padding),
    extend(layer, given) {
      const names = namesOf(layer);
      const join = (part: 0 | 1, x: Tensor) => {
        const joined = tf.concat([inputs[names.past[part]], x], 2);
        outputs[names.present[part]] = joined;
        return joined;
      };
      return {
        segments: [{ keys: join(0, given.keys), values: join(1, given.values), mask }],
        mask,
        positions: { keys: rows(places), queries: rows(queries) },
      };
    },
  };
}

/** Ones for each row of ids [batch, sequence] and each of some places: [batch, places] int32. */
function onesOf(ids: Tensor, places: Tensor): Tensor {
  const first = tf.slice(ids, [0, 0], [ids.shape[0], 1]);
  return tf.mul(tf.onesLike(first), tf.reshape(tf.onesLike(places), [1, -1]));
}

/** As many ones as an axis is long, int32. */
export function onesAlong(x: Tensor, axis: number): Tensor {
  const shape = x.shape.map((dim, at) => at === axis ? dim : 1);
  const line = tf.slice(x, shape.map(() => 0), shape);
  return tf.cast(tf.onesLike(tf.reshape(line, [shape[axis]])), "int32");
}
