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
import { type cacheNames, joinedCache, logitsOf } from "./decoder_program.ts";
import { encode } from "./encoder.ts";
import type { Model } from "./model.ts";
import { type TrainableModel, weightInputs } from "./trainable_model.ts";

type Parts = Pick<TrainableModel, "model" | "adapter">;

/** The names of a decoder layer's cache among inputs and outputs. */
const answerCacheNames: typeof cacheNames = (layer) => {
  const of = (name: string) =>
    [`${name}.${layer}.decoder.key`, `${name}.${layer}.decoder.value`] as const;
  return { past: of("past_key_values"), present: of("present") };
};

/** The caches of a decoder before anything was read: name → shape, for so many rows. */
export function emptyAnswerCache(
  { config }: Pick<Model, "config">,
  rows: number,
): Map<string, number[]> {
  return new Map(
    attentionPlaces(config, ["decoder"]).flatMap(({ layer, heads, size }) =>
      answerCacheNames(layer).past.map((name) => [name, [rows, heads, 0, size]] as const)
    ),
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
 * [batch, heads, past, size], where past may be 0. Gives `logits` [batch, sequence, vocabSize] and
 * `present.N.decoder.key` and `.value`.
 *
 * It has one branch for the first token and the later ones. Keys and values of the source are computed
 * from the encoder's result each time, which costs two products for each layer; readers find no cache of
 * them among the inputs and keep none.
 */
export function answerDecoderProgram({ model, adapter }: Parts): Program {
  const weights = weightInputs({ model, adapter });
  const { hiddenSize } = model.config;
  const isLonger = (adapter.virtualTokens ?? 0) > 0;
  return {
    name: "decoder of answers",
    inputs: { ...decoderInputs(model, isLonger), ...weights.inputs },
    compute(inputs) {
      const outputs: Record<string, Tensor> = {};
      const ids = inputs.input_ids;
      const net = createNet({
        tensor: (path) => inputs[weights.names.get(path)!],
        adapter,
        quantized: model.quantized,
        cache: joinedCache(inputs, outputs, answerCacheNames),
      });
      const memory = {
        x: tf.reshape(inputs.encoder_hidden_states, [-1, hiddenSize]),
        mask: sourceMaskOf(inputs, adapter.virtualTokens ?? 0),
      };
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
  const [rows, results] = hidden.shape as [number, number];
  const first = tf.slice(hidden, [0, 0, 0], [1, results, 1]);
  const ones = tf.cast(tf.onesLike(tf.reshape(first, [results])), "int32");
  const places = tf.sub(tf.cumsum(ones, 0, true), count); // −virtual … −1, then those of the source
  const own = tf.gather(mask, tf.maximum(places, tf.scalar(0, "int32")), 1);
  const isVirtual = tf.cast(tf.less(places, tf.scalar(0, "int32")), "int32");
  return tf.maximum(own, tf.mul(tf.fill([rows, 1], 1, "int32"), tf.reshape(isVirtual, [1, -1])));
}

/** transformers.js makes the first cache by the names of the sizes: `batch_size`, all others are 0. */
function decoderInputs(
  { config }: Pick<Model, "config">,
  isLonger: boolean,
): Record<string, InputSpec> {
  const ids = { role: "feed", type: "int32", exportType: "int64" } as const;
  const float = { role: "feed", type: "float32" } as const;
  const source = "encoder_sequence_length";
  const past = attentionPlaces(config, ["decoder"]).flatMap(({ layer, heads, size }) =>
    answerCacheNames(layer).past.map((name) =>
      [name, { ...float, shape: ["batch_size", heads, "past_sequence_length", size] }] as const
    )
  );
  return {
    input_ids: { ...ids, shape: ["batch_size", "sequence_length"] },
    encoder_attention_mask: { ...ids, shape: ["batch_size", source] },
    encoder_hidden_states: {
      ...float,
      shape: ["batch_size", isLonger ? "encoder_results" : source, config.hiddenSize],
    },
    ...Object.fromEntries(past),
  };
}
