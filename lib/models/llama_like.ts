/**
 * The decoder that Llama made common, as a description that each family fills in: norms without
 * offset before each half of a block, rotary positions, shared heads of keys and values, a gated
 * feed-forward part, heads of transformers' generic classes.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { gatedActivation } from "../nn/activation.ts";
import type { Family, Head, LayerInput } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import type { Prunable } from "../nn/prunable.ts";
import { decoderClassification, decoderLanguage } from "./decoder_heads.ts";
import { embeddingHead, spanHead, tokenHead } from "./encoder_heads.ts";
import {
  type ConfigDifferences,
  type LlamaLikeConfig,
  readLlamaLike,
} from "./llama_like_config.ts";
import { rotate, type Rotation } from "./rotary.ts";
import { lengthFrequencies } from "./rotary_lengths.ts";
import {
  type FixedRotary,
  readsLengths,
  rotaryAmplitude,
  rotaryFrequencies,
} from "./rotary_scaling.ts";

/** A family by what tells it from Llama. */
export interface LlamaLike extends ConfigDifferences {
  readonly modelType: string;
  /** The class names that transformers gives the model with each head that it has. */
  readonly classes: {
    readonly classification: string;
    readonly language: string;
    readonly embedding: string;
    readonly tokens?: string;
    /** With what stands before the body's paths in a checkpoint with this head. */
    readonly span?: { readonly name: string; readonly prefix: string };
  };
  /** True where the scale of a norm is 1 + weight. */
  readonly normsPlusOne?: boolean;
  /** True where each head of queries and keys is normalised before positions turn it. */
  readonly normsQueriesKeys?: boolean;
  /** True where the results of both halves of a block are normalised too. */
  readonly normsResults?: boolean;
  /** True where word embeddings are multiplied with √hiddenSize. */
  readonly scalesWords?: boolean;
}

const wordTable = "embed_tokens";

const prunable: Prunable = {
  heads: {
    queries: "self_attn.q_proj",
    keysValues: ["self_attn.k_proj", "self_attn.v_proj"],
    output: "self_attn.o_proj",
    fields: {
      heads: "num_attention_heads",
      keyValueHeads: "num_key_value_heads",
      headSize: "head_dim",
    },
    inTransformers: true,
  },
  feedForward: {
    inner: ["mlp.gate_proj", "mlp.up_proj"],
    output: "mlp.down_proj",
    field: "intermediate_size",
  },
};

/** The family that a description says. */
export function llamaLike(description: LlamaLike): Family<LlamaLikeConfig> {
  const { modelType, scalesWords } = description;
  const wordScale = ({ hiddenSize }: LlamaLikeConfig) => Math.sqrt(hiddenSize);
  return {
    modelType,
    input: "text",
    prefix: "model",
    readConfig: (json) => readLlamaLike(json, description),
    layers: (config) => layers(description, config),
    usesTypes: false,
    ignored: [/rotary_emb\.inv_freq$/, /^lm_head\./],
    optional: [],
    attentionTargets: ["q_proj", "v_proj"],
    stack: {
      layerPath: "layers",
      wordTable,
      ...(scalesWords ? { wordScale } : {}),
      causal: true,
      readsLengths: ({ rotary, sliding }) =>
        readsLengths(rotary) || (sliding?.rotary !== undefined && readsLengths(sliding.rotary)),
      pooling: "last",
      embed(net, config, batch) {
        const rows = net.embedding(wordTable, batch.ids);
        const words = scalesWords ? tf.mul(rows, wordScale(config)) : rows;
        const { words: given, mask } = net.input({ words, mask: batch.mask });
        return { x: tf.reshape(given, [-1, config.hiddenSize]), mask };
      },
      block: (net, config, input, layer, asked) =>
        block(normedNet(net, description), description, { config, input, layer, asked }),
      finish: (net, { epsilon }, x) => normedNet(net, description).norm("norm", x, epsilon),
    },
    prunable,
    heads: headsOf(description),
  };
}

function headsOf({ classes }: LlamaLike): Record<string, Head<LlamaLikeConfig>> {
  const { classification, language, embedding, tokens, span } = classes;
  return {
    classification: decoderClassification(classification),
    language: decoderLanguage(wordTable, language),
    ...(tokens ? { tokens: tokenHead<LlamaLikeConfig>(tokens, { path: "score" }) } : {}),
    ...(span ? { span: spanHead<LlamaLikeConfig>(span.name, { prefix: span.prefix }) } : {}),
    embedding: embeddingHead(embedding),
  };
}

function layers(
  { normsPlusOne, normsQueriesKeys, normsResults }: LlamaLike,
  config: LlamaLikeConfig,
): Layer[] {
  const { hiddenSize, intermediateSize, headSize, biases, numLayers, vocabSize } = config;
  const queries = config.numHeads * headSize;
  const shared = config.numKeyValueHeads * headSize;
  const linear = (path: string, inFeatures: number, outFeatures: number, bias: boolean): Layer => ({
    kind: "linear",
    path,
    inFeatures,
    outFeatures,
    ...(bias ? {} : { bias: false }),
  });
  const norm = (path: string, width = hiddenSize): Layer => ({
    kind: "norm",
    path,
    width,
    bias: false,
    ...(normsPlusOne ? { plusOne: true } : {}),
  });
  const blockAt = (at: string): Layer[] => [
    norm(`${at}.input_layernorm`),
    linear(`${at}.self_attn.q_proj`, hiddenSize, queries, biases.queriesKeysValues),
    linear(`${at}.self_attn.k_proj`, hiddenSize, shared, biases.queriesKeysValues),
    linear(`${at}.self_attn.v_proj`, hiddenSize, shared, biases.queriesKeysValues),
    ...(normsQueriesKeys
      ? [norm(`${at}.self_attn.q_norm`, headSize), norm(`${at}.self_attn.k_norm`, headSize)]
      : []),
    linear(`${at}.self_attn.o_proj`, queries, hiddenSize, biases.attentionOutput),
    norm(`${at}.post_attention_layernorm`),
    ...(normsResults ? [norm(`${at}.pre_feedforward_layernorm`)] : []),
    linear(`${at}.mlp.gate_proj`, hiddenSize, intermediateSize, biases.feedForward),
    linear(`${at}.mlp.up_proj`, hiddenSize, intermediateSize, biases.feedForward),
    linear(`${at}.mlp.down_proj`, intermediateSize, hiddenSize, biases.feedForward),
    ...(normsResults ? [norm(`${at}.post_feedforward_layernorm`)] : []),
  ];
  return [
    { kind: "embedding", path: wordTable, rows: vocabSize, width: hiddenSize },
    ...Array.from({ length: numLayers }, (_, layer) => blockAt(`layers.${layer}`)).flat(),
    norm("norm"),
  ];
}

/** The layers of a net with the family's norms. */
interface NormedNet {
  readonly net: Net;
  norm(path: string, x: Tensor, epsilon: number): Tensor;
}

function normedNet(net: Net, { normsPlusOne: plusOne = false }: LlamaLike): NormedNet {
  return { net, norm: (path, x, epsilon) => net.rmsNorm(path, x, epsilon, { plusOne }) };
}

/** What a block computes with. */
interface BlockCall {
  readonly config: LlamaLikeConfig;
  readonly input: LayerInput;
  readonly layer: number;
  /** The rows whose result is needed. */
  readonly asked: Tensor;
}

function block(normed: NormedNet, description: LlamaLike, call: BlockCall): Tensor {
  const { net } = normed;
  const { config, layer, asked } = call;
  const at = `layers.${layer}`;
  const norm = (name: string, x: Tensor) => normed.norm(`${at}.${name}`, x, config.epsilon);
  const linear = (name: string, x: Tensor) =>
    net.linear(`${at}.mlp.${name}`, x, { bias: config.biases.feedForward });
  const mixed = attentionOf(normed, description, call);
  const { normsResults } = description;
  const middle = tf.add(normsResults ? norm("post_attention_layernorm", mixed) : mixed, asked);
  const before = normsResults ? "pre_feedforward_layernorm" : "post_attention_layernorm";
  const inner = norm(before, middle);
  const [gate, up] = [linear("gate_proj", inner), linear("up_proj", inner)];
  const fed = linear("down_proj", gatedActivation(config.activation, gate, up));
  return tf.add(normsResults ? norm("post_feedforward_layernorm", fed) : fed, middle);
}

/** The attention half: [asked rows, hiddenSize]. */
function attentionOf(
  { net, norm }: NormedNet,
  { normsQueriesKeys }: LlamaLike,
  { config, input: { x, mask, queryMask, positions }, layer, asked }: BlockCall,
): Tensor {
  const { headSize, epsilon, biases, sliding } = config;
  const at = `layers.${layer}.self_attn`;
  const { keys, queries, keyLengths, queryLengths } = positions!;
  const normed = (rows: Tensor) => norm(`layers.${layer}.input_layernorm`, rows, epsilon);
  const all = normed(x);
  const asking = asked === x ? all : normed(asked);
  const linear = (name: string, rows: Tensor, bias: boolean) =>
    net.linear(`${at}.${name}`, rows, { bias });
  const isSliding = sliding?.layers[layer] ?? false;
  /** Queries or keys of all heads, each normalised by itself where the family does, and turned. */
  const turned = (name: "q" | "k", rows: Tensor, at_: Tensor, lengths: () => Tensor) => {
    const made = linear(`${name}_proj`, rows, biases.queriesKeysValues);
    const even = normsQueriesKeys
      ? tf.reshape(
        norm(`${at}.${name}_norm`, tf.reshape(made, [-1, headSize]), epsilon),
        made.shape,
      )
      : made;
    return rotate(even, tf.reshape(at_, [-1]), rotationOf(config, isSliding, lengths));
  };
  const mixed = net.attention({
    layer,
    query: turned("q", asking, queries, queryLengths),
    key: turned("k", all, keys, keyLengths),
    value: linear("v_proj", all, biases.queriesKeysValues),
    mask,
    queryMask,
    positions,
    numHeads: config.numHeads,
    numKeyValueHeads: config.numKeyValueHeads,
    dropout: config.attentionDropout,
    scale: config.attentionScale,
    softCap: config.scoreCap,
    window: isSliding ? sliding!.window : undefined,
  });
  return linear("o_proj", mixed, biases.attentionOutput);
}

function rotationOf(
  { rotary, sliding, headSize }: LlamaLikeConfig,
  isSliding: boolean,
  lengths: () => Tensor,
): Rotation {
  const fields = isSliding ? sliding?.rotary ?? rotary : rotary;
  const frequencies = readsLengths(fields)
    ? lengthFrequencies(fields, headSize, lengths())
    : rotaryFrequencies(fields as FixedRotary, headSize);
  return { frequencies, amplitude: rotaryAmplitude(fields) };
}
