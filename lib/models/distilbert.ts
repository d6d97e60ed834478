/**
 * DistilBERT (Sanh et al., arXiv 1910.01108) as transformers stores it: BERT without segments and
 * with layer names of its own.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import { activation, activationNames } from "../nn/activation.ts";
import type { Family, LayerInput, TextConfig } from "../nn/family.ts";
import { configReader } from "../nn/config_reader.ts";
import { readHeadSize } from "../nn/read_head_size.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { positionIds } from "../nn/pooled_positions.ts";
import { embeddingHead, spanHead, tokenHead } from "./encoder_heads.ts";

/** The sizes of a DistilBERT. */
export interface DistilbertConfig extends TextConfig {
  readonly intermediateSize: number;
  readonly headSize: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly headDropout: number;
  readonly spanDropout: number;
  readonly activation: string;
}

/** transformers has no field for it. */
const epsilon = 1e-12;

function readConfig(json: Readonly<Record<string, unknown>>): DistilbertConfig {
  const read = configReader(json);
  const vocabulary = read.size("vocab_size");
  const positions = read.size("max_position_embeddings");
  const hiddenSize = read.size("dim");
  const numHeads = read.size("n_heads");
  const config: DistilbertConfig = {
    hiddenSize,
    numLayers: read.depth("n_layers"),
    numHeads,
    headSize: readHeadSize(read, ["n_heads", numHeads], ["dim", hiddenSize]),
    vocabSize: vocabulary,
    maxPositions: positions,
    maxTokens: positions,
    intermediateSize: read.size("hidden_dim"),
    hiddenDropout: read.share("dropout", 0.1),
    attentionDropout: read.share("attention_dropout", 0.1),
    headDropout: read.share("seq_classif_dropout", 0.2),
    spanDropout: read.share("qa_dropout", 0.1),
    activation: read.oneOf("activation", activationNames, "gelu"),
    initializerRange: read.positive("initializer_range", 0.02),
    padId: read.index("pad_token_id", 0, "vocab_size", vocabulary),
  };
  read.finish();
  return config;
}

function layers(config: DistilbertConfig): Layer[] {
  const { hiddenSize, intermediateSize, numHeads, headSize } = config;
  const heads = numHeads * headSize;
  const linear = (path: string, inputs: number, outputs: number): Layer => ({
    kind: "linear",
    path,
    inFeatures: inputs,
    outFeatures: outputs,
  });
  const blocks = Array.from({ length: config.numLayers }, (_, i): Layer[] => {
    const at = `transformer.layer.${i}`;
    return [
      linear(`${at}.attention.q_lin`, hiddenSize, heads),
      linear(`${at}.attention.k_lin`, hiddenSize, heads),
      linear(`${at}.attention.v_lin`, hiddenSize, heads),
      linear(`${at}.attention.out_lin`, heads, hiddenSize),
      { kind: "norm", path: `${at}.sa_layer_norm`, width: hiddenSize },
      linear(`${at}.ffn.lin1`, hiddenSize, intermediateSize),
      linear(`${at}.ffn.lin2`, intermediateSize, hiddenSize),
      { kind: "norm", path: `${at}.output_layer_norm`, width: hiddenSize },
    ];
  });
  return [
    {
      kind: "embedding",
      path: "embeddings.word_embeddings",
      rows: config.vocabSize,
      width: hiddenSize,
    },
    {
      kind: "embedding",
      path: "embeddings.position_embeddings",
      rows: config.maxPositions,
      width: hiddenSize,
    },
    { kind: "norm", path: "embeddings.LayerNorm", width: hiddenSize },
    ...blocks.flat(),
  ];
}

function block(
  net: Net,
  config: DistilbertConfig,
  { x, mask, queryMask }: LayerInput,
  layer: number,
  asked: Tensor,
): Tensor {
  const at = `transformer.layer.${layer}`;
  const mixed = net.attention({
    layer,
    query: net.linear(`${at}.attention.q_lin`, asked),
    key: net.linear(`${at}.attention.k_lin`, x),
    value: net.linear(`${at}.attention.v_lin`, x),
    mask,
    queryMask,
    numHeads: config.numHeads,
    dropout: config.attentionDropout,
  });
  const attended = net.linear(`${at}.attention.out_lin`, mixed);
  const middle = net.layerNorm(`${at}.sa_layer_norm`, tf.add(attended, asked), epsilon);
  const wide = activation(config.activation, net.linear(`${at}.ffn.lin1`, middle));
  const narrow = net.dropout(net.linear(`${at}.ffn.lin2`, wide), config.hiddenDropout);
  return net.layerNorm(`${at}.output_layer_norm`, tf.add(narrow, middle), epsilon);
}

/** The DistilBERT family. */
export const distilbert: Family<DistilbertConfig> = {
  modelType: "distilbert",
  input: "text",
  prefix: "distilbert",
  readConfig,
  layers,
  usesTypes: false,
  ignored: [/^vocab_/, /embeddings\.position_ids$/],
  optional: [],
  attentionTargets: ["q_lin", "v_lin"],
  stack: {
    layerPath: "transformer.layer",
    wordTable: "embeddings.word_embeddings",
    embed(net, config, batch) {
      const words = net.embedding("embeddings.word_embeddings", batch.ids);
      const { words: given, mask } = net.input({ words, mask: batch.mask });
      const positions = positionIds(net, mask, batch.packing);
      const placed = tf.add(given, net.embedding("embeddings.position_embeddings", positions));
      const rows = tf.reshape(placed, [-1, config.hiddenSize]); // [batch · sequence, hiddenSize]
      const x = net.layerNorm("embeddings.LayerNorm", rows, epsilon);
      return { x: net.dropout(x, config.hiddenDropout), mask };
    },
    block,
  },
  prunable: {
    heads: {
      queries: "attention.q_lin",
      keysValues: ["attention.k_lin", "attention.v_lin"],
      output: "attention.out_lin",
      fields: { heads: "n_heads", headSize: "head_dim" },
      inTransformers: false,
    },
    feedForward: { inner: ["ffn.lin1"], output: "ffn.lin2", field: "hidden_dim" },
  },
  heads: {
    classification: {
      reads: "pooled",
      layers: ({ hiddenSize }, outputs) => [
        { kind: "linear", path: "pre_classifier", inFeatures: hiddenSize, outFeatures: hiddenSize },
        { kind: "linear", path: "classifier", inFeatures: hiddenSize, outFeatures: outputs },
      ],
      forward(net, config, first) {
        const hidden = tf.relu(net.linear("pre_classifier", first));
        return net.linear("classifier", net.dropout(hidden, config.headDropout));
      },
      className: "DistilBertForSequenceClassification",
    },
    tokens: tokenHead("DistilBertForTokenClassification", { dropout: tokenDropout }),
    span: spanHead("DistilBertForQuestionAnswering", { dropout: spanDropout }),
    embedding: embeddingHead("DistilBertModel"),
  },
};

/** transformers drops out of tokens as out of hidden states, and of spans by a field of its own. */
function tokenDropout({ hiddenDropout }: DistilbertConfig): number {
  return hiddenDropout;
}

function spanDropout({ spanDropout }: DistilbertConfig): number {
  return spanDropout;
}
