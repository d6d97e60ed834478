/**
 * An encoder-decoder as transformers.js asks it: an encoder, and a decoder with a cache.
 *
 * @module
 */
import { type InputSpec, type Program, type Tensor, tf } from "../engine/mod.ts";
import { attentionPlaces } from "./attention_places.ts";
import { batchInputs, batchOf } from "./batch_inputs.ts";
import { createNet } from "./create_net.ts";
import { decode } from "./decoder.ts";
import { type cacheNames, joinedCache, logitsOf, onesAlong } from "./decoder_program.ts";
import { encode } from "./encoder.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { Model } from "./model.ts";
import type { Memory } from "./net.ts";
import { type TrainableModel, weightInputs } from "./trainable_model.ts";

type Parts = Pick<TrainableModel, "model" | "adapter">;

/** The names of a decoder layer's cache among inputs and outputs, as optimum has them. */
function layerCache(layer: number, of: "decoder" | "encoder"): ReturnType<typeof cacheNames> {
  const named = (name: string) =>
    [`${name}.${layer}.${of}.key`, `${name}.${layer}.${of}.value`] as const;
  return { past: named("past_key_values"), present: named("present") };
}

/** The caches of a decoder before anything was read: name → shape, for so many rows. */
export function emptyAnswerCache(
  { config }: Pick<Model, "config">,
  rows: number,
): Map<string, number[]> {
  return new Map(
    cacheShapes(config).map(({ name, heads, size }) => [name, [rows, heads, 0, size]]),
  );
}

/** The caches of all layers: for each those of its own tokens and then those of the source. */
function cacheShapes(config: Model["config"]) {
  return attentionPlaces(config, ["decoder"]).flatMap(({ layer, heads, size }) =>
    (["decoder", "encoder"] as const).flatMap((of) =>
      layerCache(layer, of).past.map((name) => ({ name, of, heads, size }))
    )
  );
}

/**
 * Feeds `input_ids` and `attention_mask`; gives `last_hidden_state` [batch, sequence, hiddenSize], which begins
 * with the virtual tokens of a method.
 */
export function encoderProgram({ model, adapter }: Parts): Program {
  const weights = weightInputs({ model, adapter });
  const { input_ids, attention_mask } = batchInputs(model);
  return {
    name: "encoder",
    inputs: { input_ids, attention_mask, ...weights.inputs },
    compute(inputs) {
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
      });
      return { last_hidden_state: encode(net, model, batchOf(inputs)) };
    },
  };
}

/**
 * Feeds `input_ids` [batch, sequence], `encoder_attention_mask` [batch, source], `encoder_hidden_states`
 * [batch, source, hiddenSize] and for each layer `past_key_values.N.decoder.key` and `.value`
 * [batch, heads, past, size], where past may be 0, and `past_key_values.N.encoder.key` and `.value`
 * [batch, heads, source, size], which hold nothing before the first token. Gives `logits`
 * [batch, sequence, vocabSize] and for each layer `present.N.decoder` and `present.N.encoder`.
 *
 * One branch serves the first token and the later ones: keys and values are computed of those positions of
 * the source that the cache does not hold, which are all and then none, so that readers need no
 * `use_cache_branch`.
 */
export function answerDecoderProgram({ model, adapter }: Parts): Program {
  const weights = weightInputs({ model, adapter });
  const virtualTokens = adapter.virtualTokens ?? 0;
  return {
    name: "decoder of answers",
    inputs: { ...decoderInputs(model, virtualTokens > 0), ...weights.inputs },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const ids = inputs.input_ids;
      const mask = sourceMaskOf(inputs, virtualTokens);
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        cache: {
          ...joinedCache(inputs, outputs, (layer) => layerCache(layer, "decoder")),
          crossed: rememberedSource(inputs, outputs, mask),
        },
      });
      const memory = unreadSource(inputs, mask);
      const hidden = decode(net, model, { ids, mask: tf.onesLike(ids) }, memory);
      return { logits: logitsOf(net, model, hidden), ...outputs };
    },
  };
}

/**
 * Which of the encoder's results are of a token, [batch, results] int32. Readers know nothing of virtual
 * tokens: their mask begins with the source.
 */
function sourceMaskOf(
  { encoder_attention_mask: mask, encoder_hidden_states: hidden }: Readonly<Record<string, Tensor>>,
  virtualTokens: number,
): Tensor {
  if (virtualTokens === 0) return mask;
  const count = tf.scalar(virtualTokens, "int32");
  const places = tf.sub(tf.cumsum(onesAlong(hidden, 1), 0, true), count); // −virtual … −1, then those of the source
  const own = tf.gather(mask, tf.maximum(places, tf.scalar(0, "int32")), 1);
  const isVirtual = tf.cast(tf.less(places, tf.scalar(0, "int32")), "int32");
  return tf.maximum(own, tf.reshape(isVirtual, [1, -1]));
}

type Tensors = Readonly<Record<string, Tensor>>;

/** What the cache does not hold of the encoder's result. */
function unreadSource(inputs: Tensors, mask: Tensor): Memory {
  const { encoder_hidden_states: hidden } = inputs;
  const [batch, source, hiddenSize] = hidden.shape as [number, number, number];
  const held = inputs[layerCache(0, "encoder").past[0]].shape[2]!;
  const unread = tf.slice(hidden, [0, held, 0], [batch, source - held, hiddenSize]);
  return {
    x: tf.reshape(unread, [-1, hiddenSize]),
    mask: tf.slice(mask, [0, held], [batch, source - held]),
  };
}

/** Puts keys and values of the unread source behind those of the cache, and both among the outputs. */
function rememberedSource(
  inputs: Tensors,
  outputs: Record<string, Tensor>,
  mask: Tensor,
): NonNullable<KeyValueCache["crossed"]> {
  return (layer, compute) => {
    const { past, present } = layerCache(layer, "encoder");
    const unread = compute();
    const join = (part: 0 | 1, x: Tensor) => {
      const joined = tf.concat([inputs[past[part]], x], 2);
      outputs[present[part]] = joined;
      return joined;
    };
    return { keys: join(0, unread.keys), values: join(1, unread.values), mask };
  };
}

/**
 * transformers.js makes the first cache by the names of the sizes: `batch_size`, all others are 0. The order
 * of the caches is optimum's.
 */
function decoderInputs(
  { config }: Pick<Model, "config">,
  isLonger: boolean,
): Record<string, InputSpec> {
  const ids = { role: "feed", type: "int32", exportType: "int64" } as const;
  const float = { role: "feed", type: "float32" } as const;
  const source = "encoder_sequence_length";
  const lengths = { decoder: "past_sequence_length", encoder: "past_encoder_sequence_length" };
  const past = cacheShapes(config).map(({ name, of, heads, size }) =>
    [name, { ...float, shape: ["batch_size", heads, lengths[of], size] }] as const
  );
  return {
    input_ids: { ...ids, shape: ["batch_size", "sequence_length"] },
    ...Object.fromEntries(past),
    // Behind the caches: a trace takes a larger marker for the source than for what is held of it.
    encoder_attention_mask: { ...ids, shape: ["batch_size", source] },
    encoder_hidden_states: {
      ...float,
      shape: ["batch_size", isLonger ? "encoder_results" : source, config.hiddenSize],
    },
  };
}
