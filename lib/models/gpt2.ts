/**
 * GPT-2 (Radford et al., 2019) as transformers stores it: a decoder whose linears lie in checkpoints
 * as [inFeatures, outFeatures], with one fused linear for queries, keys and values.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import type { Family, LayerInput } from "../nn/family.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { positionIds } from "../nn/pooled_positions.ts";
import { decoderClassification, type DecoderConfig, decoderLanguage } from "./decoder_heads.ts";
import { embeddingHead, spanHead, tokenHead } from "./encoder_heads.ts";
import { fillingToken } from "./filling_token.ts";

/** The sizes of a GPT-2. */
export interface Gpt2Config extends DecoderConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly embeddingDropout: number;
  readonly attentionDropout: number;
  readonly hiddenDropout: number;
  /** Dropout before the head on tokens. */
  readonly headDropout: number;
  readonly activation: string;
}

const wordTable = "wte";

function readConfig(json: Readonly<Record<string, unknown>>): Gpt2Config {
  const read = configReader(json);
  const vocabulary = read.size("vocab_size");
  const positions = read.size("n_positions");
  const hiddenSize = read.size("n_embd");
  const config: Gpt2Config = {
    hiddenSize,
    numLayers: read.depth("n_layer"),
    numHeads: read.size("n_head"),
    vocabSize: vocabulary,
    maxPositions: positions,
    maxTokens: positions,
    intermediateSize: read.size("n_inner", 4 * hiddenSize), // the paper's factor
    epsilon: read.positive("layer_norm_epsilon", 1e-5),
    embeddingDropout: read.share("embd_pdrop", 0.1),
    attentionDropout: read.share("attn_pdrop", 0.1),
    hiddenDropout: read.share("resid_pdrop", 0.1),
    headDropout: read.share("classifier_dropout", read.share("hidden_dropout", 0.1)),
    activation: read.oneOf("activation_function", activationNames, "gelu_new"),
    initializerRange: read.positive("initializer_range", 0.02),
    padId: read.index("pad_token_id", fillingToken(json), "vocab_size", vocabulary),
    isTied: read.flag("tie_word_embeddings", true),
  };
  read.on("scale_attn_weights");
  read.off("scale_attn_by_inverse_layer_idx");
  read.off("add_cross_attention");
  read.divides("n_head", config.numHeads, "n_embd", hiddenSize);
  read.finish();
  return config;
}

function layers(
  { hiddenSize, intermediateSize, vocabSize, maxPositions, numLayers }: Gpt2Config,
): Layer[] {
  const linear = (path: string, inputs: number, outputs: number): Layer => ({
    kind: "linear",
    path,
    inFeatures: inputs,
    outFeatures: outputs,
    storedTransposed: true,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize });
  const blocks = Array.from({ length: numLayers }, (_, i): Layer[] => [
    norm(`h.${i}.ln_1`),
    linear(`h.${i}.attn.c_attn`, hiddenSize, 3 * hiddenSize), // queries, keys, values
    linear(`h.${i}.attn.c_proj`, hiddenSize, hiddenSize),
    norm(`h.${i}.ln_2`),
    linear(`h.${i}.mlp.c_fc`, hiddenSize, intermediateSize),
    linear(`h.${i}.mlp.c_proj`, intermediateSize, hiddenSize),
  ]);
  return [
    { kind: "embedding", path: wordTable, rows: vocabSize, width: hiddenSize },
    { kind: "embedding", path: "wpe", rows: maxPositions, width: hiddenSize },
    ...blocks.flat(),
    norm("ln_f"),
  ];
}

function block(
  net: Net,
  config: Gpt2Config,
  { x, mask, queryMask, positions }: LayerInput,
  layer: number,
  asked: Tensor,
): Tensor {
  const at = `h.${layer}`;
  const { hiddenSize } = config;
  const fused = (rows: Tensor) =>
    net.linear(`${at}.attn.c_attn`, net.layerNorm(`${at}.ln_1`, rows, config.epsilon));
  const part = (y: Tensor, i: number) =>
    tf.slice(y, [0, i * hiddenSize], [y.shape[0]!, hiddenSize]);
  const all = fused(x);
  const mixed = net.attention({
    layer,
    query: part(asked === x ? all : fused(asked), 0),
    key: part(all, 1),
    value: part(all, 2),
    mask,
    queryMask,
    positions,
    numHeads: config.numHeads,
    dropout: config.attentionDropout,
  });
  const attended = net.dropout(net.linear(`${at}.attn.c_proj`, mixed), config.hiddenDropout);
  const middle = tf.add(attended, asked);
  const inner = net.layerNorm(`${at}.ln_2`, middle, config.epsilon);
  const wide = activation(config.activation, net.linear(`${at}.mlp.c_fc`, inner));
  const narrow = net.dropout(net.linear(`${at}.mlp.c_proj`, wide), config.hiddenDropout);
  return tf.add(narrow, middle);
}

/** The GPT-2 family. */
export const gpt2: Family<Gpt2Config> = {
  modelType: "gpt2",
  input: "text",
  prefix: "transformer",
  readConfig,
  layers,
  usesTypes: false,
  ignored: [/\.attn\.(masked_)?bias$/, /^lm_head\./],
  optional: [],
  attentionTargets: ["c_attn"],
  stack: {
    layerPath: "h",
    wordTable,
    causal: true,
    pooling: "last",
    embed(net, config, batch) {
      const words = net.embedding(wordTable, batch.ids);
      const { words: given, mask } = net.input({ words, mask: batch.mask });
      const positions = positionIds(net, mask, batch.packing);
      const placed = tf.add(given, net.embedding("wpe", positions));
      const rows = tf.reshape(placed, [-1, config.hiddenSize]); // [batch · sequence, hiddenSize]
      return { x: net.dropout(rows, config.embeddingDropout), mask };
    },
    block,
    finish: (net, { epsilon }, x) => net.layerNorm("ln_f", x, epsilon),
  },
  prunable: {
    heads: {
      why:
        "its queries, keys and values are one matrix, and its config.json has no field for a head's size",
    },
    feedForward: { inner: ["mlp.c_fc"], output: "mlp.c_proj", field: "n_inner" },
  },
  heads: {
    classification: decoderClassification("GPT2ForSequenceClassification"),
    language: decoderLanguage(wordTable, "GPT2LMHeadModel"),
    tokens: tokenHead("GPT2ForTokenClassification"),
    span: spanHead("GPT2ForQuestionAnswering"),
    embedding: embeddingHead("GPT2Model"),
  },
};
