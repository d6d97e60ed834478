/**
 * Llama (Touvron et al., arXiv 2302.13971; Llama 3, arXiv 2407.21783) as transformers stores it: a
 * decoder with norms without offset, rotary positions, shared heads of keys and values, a gated
 * feed-forward part, and no biases.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import type { Family, LayerInput } from "../nn/family.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { decoderClassification, type DecoderConfig, decoderLanguage } from "./decoder_heads.ts";
import { embeddingHead, spanHead, tokenHead } from "./encoder_heads.ts";
import { fillingToken } from "./filling_token.ts";
import { readRotaryFields, type RotaryFields, rotaryFrequencies, rotate } from "./rotary.ts";

/** The sizes of a Llama. */
export interface LlamaConfig extends DecoderConfig {
  readonly numKeyValueHeads: number;
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly attentionDropout: number;
  /** Dropout before the head on tokens. */
  readonly headDropout: number;
  readonly activation: string;
  readonly rotary: RotaryFields;
}

const wordTable = "embed_tokens";

function readConfig(json: Readonly<Record<string, unknown>>): LlamaConfig {
  const { read, rotary } = readRotaryFields(json, configReader);
  const vocabulary = read.size("vocab_size");
  const positions = read.size("max_position_embeddings", 2048);
  const hiddenSize = read.size("hidden_size");
  const heads = read.size("num_attention_heads");
  const config: LlamaConfig = {
    hiddenSize,
    numLayers: read.depth("num_hidden_layers"),
    numHeads: heads,
    numKeyValueHeads: read.size("num_key_value_heads", heads),
    vocabSize: vocabulary,
    maxPositions: positions,
    maxTokens: positions,
    intermediateSize: read.size("intermediate_size"),
    epsilon: read.positive("rms_norm_eps", 1e-6),
    attentionDropout: read.share("attention_dropout", 0),
    headDropout: read.share("classifier_dropout", read.share("hidden_dropout", 0.1)),
    activation: read.oneOf("hidden_act", activationNames, "silu"),
    initializerRange: read.positive("initializer_range", 0.02),
    padId: read.index("pad_token_id", fillingToken(json), "vocab_size", vocabulary),
    rotary,
    isTied: read.flag("tie_word_embeddings", false),
  };
  read.off("attention_bias");
  read.off("mlp_bias");
  // Fields of Mistral and others that bear Llama's name: a window, or heads of another size.
  read.off("sliding_window");
  read.divides("num_attention_heads", heads, "hidden_size", hiddenSize);
  read.divides("num_key_value_heads", config.numKeyValueHeads, "num_attention_heads", heads);
  const size = hiddenSize / heads;
  read.same("head_dim", size, "hidden_size / num_attention_heads");
  read.divides("2", 2, "hidden_size / num_attention_heads", size);
  read.finish();
  return config;
}

function layers(config: LlamaConfig): Layer[] {
  const { hiddenSize, intermediateSize } = config;
  const shared = config.numKeyValueHeads * (hiddenSize / config.numHeads);
  const linear = (path: string, inputs: number, outputs: number): Layer => ({
    kind: "linear",
    path,
    inFeatures: inputs,
    outFeatures: outputs,
    bias: false,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize, bias: false });
  const blocks = Array.from({ length: config.numLayers }, (_, i): Layer[] => {
    const at = `layers.${i}`;
    return [
      norm(`${at}.input_layernorm`),
      linear(`${at}.self_attn.q_proj`, hiddenSize, hiddenSize),
      linear(`${at}.self_attn.k_proj`, hiddenSize, shared),
      linear(`${at}.self_attn.v_proj`, hiddenSize, shared),
      linear(`${at}.self_attn.o_proj`, hiddenSize, hiddenSize),
      norm(`${at}.post_attention_layernorm`),
      linear(`${at}.mlp.gate_proj`, hiddenSize, intermediateSize),
      linear(`${at}.mlp.up_proj`, hiddenSize, intermediateSize),
      linear(`${at}.mlp.down_proj`, intermediateSize, hiddenSize),
    ];
  });
  return [
    { kind: "embedding", path: wordTable, rows: config.vocabSize, width: hiddenSize },
    ...blocks.flat(),
    norm("norm"),
  ];
}

function block(
  net: Net,
  config: LlamaConfig,
  { x, mask, queryMask, positions }: LayerInput,
  layer: number,
  asked: Tensor,
): Tensor {
  const at = `layers.${layer}`;
  const { keys, queries } = positions!;
  const linear = (name: string, rows: Tensor) => net.linear(`${at}.${name}`, rows, { bias: false });
  const normed = (rows: Tensor) => net.rmsNorm(`${at}.input_layernorm`, rows, config.epsilon);
  const all = normed(x);
  const asking = asked === x ? all : normed(asked);
  const frequencies = rotaryFrequencies(config.rotary, config.hiddenSize / config.numHeads);
  const turned = (rows: Tensor, at: Tensor) => rotate(rows, tf.reshape(at, [-1]), frequencies);
  const mixed = net.attention({
    layer,
    query: turned(linear("self_attn.q_proj", asking), queries),
    key: turned(linear("self_attn.k_proj", all), keys),
    value: linear("self_attn.v_proj", all),
    mask,
    queryMask,
    positions,
    numHeads: config.numHeads,
    numKeyValueHeads: config.numKeyValueHeads,
    dropout: config.attentionDropout,
  });
  const middle = tf.add(linear("self_attn.o_proj", mixed), asked);
  const inner = net.rmsNorm(`${at}.post_attention_layernorm`, middle, config.epsilon);
  const gate = activation(config.activation, linear("mlp.gate_proj", inner));
  return tf.add(linear("mlp.down_proj", tf.mul(gate, linear("mlp.up_proj", inner))), middle);
}

/** The Llama family. */
export const llama: Family<LlamaConfig> = {
  modelType: "llama",
  input: "text",
  prefix: "model",
  readConfig,
  layers,
  usesTypes: false,
  ignored: [/rotary_emb\.inv_freq$/, /^lm_head\./],
  optional: [],
  attentionTargets: ["q_proj", "v_proj"],
  stack: {
    layerPath: "layers",
    wordTable,
    causal: true,
    pooling: "last",
    embed(net, config, batch) {
      const words = net.embedding(wordTable, batch.ids);
      const { words: given, mask } = net.input({ words, mask: batch.mask });
      return { x: tf.reshape(given, [-1, config.hiddenSize]), mask };
    },
    block,
    finish: (net, { epsilon }, x) => net.rmsNorm("norm", x, epsilon),
  },
  heads: {
    classification: decoderClassification("LlamaForSequenceClassification"),
    language: decoderLanguage(wordTable, "LlamaForCausalLM"),
    tokens: tokenHead("LlamaForTokenClassification", { path: "score" }),
    // transformers names the body of this one model otherwise.
    span: spanHead("LlamaForQuestionAnswering", { prefix: "transformer" }),
    embedding: embeddingHead("LlamaModel"),
  },
};
