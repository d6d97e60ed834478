/**
 * The text encoder of CLIP (Radford et al., arXiv 2103.00020) as transformers stores it (`CLIPTextModel`): a causal
 * transformer whose last token stands for the text. Stable Diffusion reads the hidden states of all tokens.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Family, LayerInput, TextConfig } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { positionIds } from "../nn/pooled_positions.ts";
import { embeddingHead } from "./encoder_heads.ts";

/** The sizes of a text encoder. */
export interface ClipTextConfig extends TextConfig {
  readonly intermediateSize: number;
  readonly epsilon: number;
  readonly attentionDropout: number;
  readonly activation: string;
}

const wordTable = "embeddings.token_embedding";
const positionTable = "embeddings.position_embedding";
const finalNorm = "final_layer_norm";
const layerPath = "encoder.layers";

function readConfig(json: Readonly<Record<string, unknown>>): ClipTextConfig {
  const read = configReader(json);
  const vocabSize = read.size("vocab_size", 49408);
  const maxPositions = read.size("max_position_embeddings", 77);
  const hiddenSize = read.size("hidden_size", 512);
  const config: ClipTextConfig = {
    hiddenSize,
    numLayers: read.depth("num_hidden_layers", 12),
    numHeads: read.size("num_attention_heads", 8),
    vocabSize,
    maxPositions,
    maxTokens: maxPositions,
    intermediateSize: read.size("intermediate_size", 2048),
    epsilon: read.positive("layer_norm_eps", 1e-5),
    attentionDropout: read.share("attention_dropout", 0),
    activation: read.oneOf("hidden_act", activationNames, "quick_gelu"),
    initializerRange: read.positive("initializer_range", 0.02),
    padId: read.index("pad_token_id", 1, "vocab_size", vocabSize),
  };
  read.divides("num_attention_heads", config.numHeads, "hidden_size", hiddenSize);
  read.finish();
  return config;
}

function layers(
  { hiddenSize, intermediateSize, vocabSize, maxPositions, numLayers }: ClipTextConfig,
): Layer[] {
  const linear = (path: string, inFeatures: number, outFeatures: number): Layer => ({
    kind: "linear",
    path,
    inFeatures,
    outFeatures,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize });
  const blocks = Array.from({ length: numLayers }, (_, i): Layer[] => {
    const at = `${layerPath}.${i}`;
    return [
      norm(`${at}.layer_norm1`),
      ...["q_proj", "k_proj", "v_proj", "out_proj"]
        .map((name) => linear(`${at}.self_attn.${name}`, hiddenSize, hiddenSize)),
      norm(`${at}.layer_norm2`),
      linear(`${at}.mlp.fc1`, hiddenSize, intermediateSize),
      linear(`${at}.mlp.fc2`, intermediateSize, hiddenSize),
    ];
  });
  return [
    { kind: "embedding", path: wordTable, rows: vocabSize, width: hiddenSize },
    { kind: "embedding", path: positionTable, rows: maxPositions, width: hiddenSize },
    ...blocks.flat(),
    norm(finalNorm),
  ];
}

function block(
  net: Net,
  config: ClipTextConfig,
  { x, mask, queryMask, positions }: LayerInput,
  layer: number,
  asked: Tensor,
): Tensor {
  const at = `${layerPath}.${layer}`;
  const normed = (name: string, rows: Tensor) =>
    net.layerNorm(`${at}.${name}`, rows, config.epsilon);
  const project = (name: string, rows: Tensor) => net.linear(`${at}.self_attn.${name}`, rows);
  const all = normed("layer_norm1", x);
  const mixed = net.attention({
    layer,
    query: project("q_proj", asked === x ? all : normed("layer_norm1", asked)),
    key: project("k_proj", all),
    value: project("v_proj", all),
    mask,
    queryMask,
    positions,
    numHeads: config.numHeads,
    dropout: config.attentionDropout,
  });
  const middle = tf.add(project("out_proj", mixed), asked);
  const wide = net.linear(`${at}.mlp.fc1`, normed("layer_norm2", middle));
  return tf.add(net.linear(`${at}.mlp.fc2`, activation(config.activation, wide)), middle);
}

/** The family of CLIP's text encoder. */
export const clipTextModel: Family<ClipTextConfig> = {
  modelType: "clip_text_model",
  input: "text",
  // Checkpoints of transformers before version 5.
  prefix: "text_model",
  readConfig,
  layers,
  usesTypes: false,
  ignored: [/(?:^|\.)position_ids$/, /^text_projection\./],
  optional: [],
  attentionTargets: ["q_proj", "v_proj"],
  stack: {
    layerPath,
    wordTable,
    causal: true,
    pooling: "last",
    embed(net, config, batch) {
      const words = net.embedding(wordTable, batch.ids);
      const { words: given, mask } = net.input({ words, mask: batch.mask });
      const positions = positionIds(net, mask, batch.packing);
      const placed = tf.add(given, net.embedding(positionTable, positions));
      return { x: tf.reshape(placed, [-1, config.hiddenSize]), mask };
    },
    block,
    finish: (net, { epsilon }, x) => net.layerNorm(finalNorm, x, epsilon),
  },
  heads: { embedding: embeddingHead("CLIPTextModel") },
};
