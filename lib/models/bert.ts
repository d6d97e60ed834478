/**
 * BERT (Devlin et al., arXiv 1810.04805) as transformers stores it.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { Family, Hidden, LayerInput, TextBatch, TextConfig } from "../nn/family.ts";
import { configReader } from "../nn/config_reader.ts";
import { readHeadSize } from "../nn/read_head_size.ts";
import type { Layer } from "../nn/layer.ts";
import type { Net } from "../nn/net.ts";
import { bertLikePrunable } from "../nn/prunable.ts";
import { activation, activationNames } from "../nn/activation.ts";
import { positionIds } from "../nn/pooled_positions.ts";
import { embeddingHead, spanHead, tokenHead } from "./encoder_heads.ts";

/** The sizes of a BERT. */
export interface BertConfig extends TextConfig {
  readonly intermediateSize: number;
  readonly headSize: number;
  readonly typeVocabSize: number;
  readonly epsilon: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly headDropout: number;
  readonly activation: string;
}

/** What differs between BERT and its relatives in the reading of `config.json`. */
export interface BertDefaults {
  /** `pad_token_id` where the file has none. */
  readonly padId: number;
  /** True where positions count from the padding token's id + 1, so that the rows before stay unused. */
  readonly positionsAfterPadding: boolean;
}

/** Reads the fields that BERT and its relatives share. */
export function readBertConfig(
  json: Readonly<Record<string, unknown>>,
  { padId, positionsAfterPadding }: BertDefaults,
): BertConfig {
  const read = configReader(json);
  const hiddenDropout = read.share("hidden_dropout_prob", 0.1);
  const vocabulary = read.size("vocab_size");
  const positions = read.size("max_position_embeddings");
  const pad = read.index("pad_token_id", padId, "vocab_size", vocabulary);
  const unused = positionsAfterPadding ? pad + 1 : 0;
  const hiddenSize = read.size("hidden_size");
  const numHeads = read.size("num_attention_heads");
  const config: BertConfig = {
    hiddenSize,
    numLayers: read.depth("num_hidden_layers"),
    numHeads,
    headSize: readHeadSize(read, ["num_attention_heads", numHeads], [
      "hidden_size",
      hiddenSize,
    ]),
    vocabSize: vocabulary,
    maxPositions: positions,
    maxTokens: positions - unused,
    intermediateSize: read.size("intermediate_size"),
    typeVocabSize: read.size("type_vocab_size", 2),
    epsilon: read.positive("layer_norm_eps", 1e-12),
    hiddenDropout,
    attentionDropout: read.share("attention_probs_dropout_prob", 0.1),
    headDropout: read.share("classifier_dropout", hiddenDropout),
    activation: read.oneOf("hidden_act", activationNames, "gelu"),
    initializerRange: read.positive("initializer_range", 0.02),
    padId: pad,
  };
  read.oneOf("position_embedding_type", ["absolute"], "absolute");
  read.off("is_decoder");
  read.off("add_cross_attention");
  read.exceeds("max_position_embeddings", positions, unused, "positions start after the padding");
  read.finish();
  return config;
}

/** The encoder's layers, with weights. */
export function bertLayers(config: BertConfig): Layer[] {
  const { hiddenSize, intermediateSize, numHeads, headSize } = config;
  const heads = numHeads * headSize;
  const linear = (path: string, inputs: number, outputs: number): Layer => ({
    kind: "linear",
    path,
    inFeatures: inputs,
    outFeatures: outputs,
  });
  const table = (path: string, rows: number): Layer => ({
    kind: "embedding",
    path,
    rows,
    width: hiddenSize,
  });
  const norm = (path: string): Layer => ({ kind: "norm", path, width: hiddenSize });
  const layers = [
    table("embeddings.word_embeddings", config.vocabSize),
    table("embeddings.position_embeddings", config.maxPositions),
    table("embeddings.token_type_embeddings", config.typeVocabSize),
    norm("embeddings.LayerNorm"),
  ];
  for (let i = 0; i < config.numLayers; i++) {
    const at = `encoder.layer.${i}`;
    layers.push(
      linear(`${at}.attention.self.query`, hiddenSize, heads),
      linear(`${at}.attention.self.key`, hiddenSize, heads),
      linear(`${at}.attention.self.value`, hiddenSize, heads),
      linear(`${at}.attention.output.dense`, heads, hiddenSize),
      norm(`${at}.attention.output.LayerNorm`),
      linear(`${at}.intermediate.dense`, hiddenSize, intermediateSize),
      linear(`${at}.output.dense`, intermediateSize, hiddenSize),
      norm(`${at}.output.LayerNorm`),
    );
  }
  return layers;
}

/** The embeddings. `positionsOf` says which row of the position table is whose. */
export function bertEmbed(
  net: Net,
  config: BertConfig,
  batch: TextBatch,
  positionsOf: typeof positionIds,
): Hidden {
  const words = net.embedding("embeddings.word_embeddings", batch.ids);
  const input = net.input({ words, mask: batch.mask, types: batch.types });
  const { mask } = input;
  const types = input.types ?? tf.zerosLike(mask);
  const placed = tf.add(
    tf.add(input.words, net.embedding("embeddings.token_type_embeddings", types)),
    net.embedding("embeddings.position_embeddings", positionsOf(net, mask, batch.packing)),
  );
  const rows = tf.reshape(placed, [-1, config.hiddenSize]); // [batch · sequence, hiddenSize]
  const x = net.layerNorm("embeddings.LayerNorm", rows, config.epsilon);
  return { x: net.dropout(x, config.hiddenDropout), mask };
}

/** One layer of the encoder. */
export function bertBlock(
  net: Net,
  config: BertConfig,
  { x, mask, queryMask }: LayerInput,
  layer: number,
  asked: Tensor,
): Tensor {
  const at = `encoder.layer.${layer}`;
  const mixed = net.attention({
    layer,
    query: net.linear(`${at}.attention.self.query`, asked),
    key: net.linear(`${at}.attention.self.key`, x),
    value: net.linear(`${at}.attention.self.value`, x),
    mask,
    queryMask,
    numHeads: config.numHeads,
    dropout: config.attentionDropout,
  });
  const attended = net.dropout(
    net.linear(`${at}.attention.output.dense`, mixed),
    config.hiddenDropout,
  );
  const middle = net.layerNorm(
    `${at}.attention.output.LayerNorm`,
    tf.add(attended, asked),
    config.epsilon,
  );
  const wide = activation(config.activation, net.linear(`${at}.intermediate.dense`, middle));
  const narrow = net.dropout(net.linear(`${at}.output.dense`, wide), config.hiddenDropout);
  return net.layerNorm(`${at}.output.LayerNorm`, tf.add(narrow, middle), config.epsilon);
}

/** The blocks of BERT and its relatives; transformers gives each head hiddenSize / heads numbers. */
export const bertPrunable = bertLikePrunable("attention.self", { inTransformers: false });

/** What models with heads on tokens leave out, or pass by. */
const pooler = /^pooler\./;

/** The BERT family. */
export const bert: Family<BertConfig> = {
  modelType: "bert",
  input: "text",
  prefix: "bert",
  readConfig: (json) => readBertConfig(json, { padId: 0, positionsAfterPadding: false }),
  layers: (config) => [
    ...bertLayers(config),
    {
      kind: "linear",
      path: "pooler.dense",
      inFeatures: config.hiddenSize,
      outFeatures: config.hiddenSize,
    },
  ],
  usesTypes: true,
  ignored: [/embeddings\.position_ids$/, /^cls\./],
  optional: [/^pooler\./],
  attentionTargets: ["query", "value"],
  stack: {
    layerPath: "encoder.layer",
    wordTable: "embeddings.word_embeddings",
    embed: (net, config, batch) => bertEmbed(net, config, batch, positionIds),
    block: bertBlock,
  },
  prunable: bertPrunable,
  heads: {
    classification: {
      reads: "pooled",
      layers: (
        { hiddenSize },
        outputs,
      ) => [{ kind: "linear", path: "classifier", inFeatures: hiddenSize, outFeatures: outputs }],
      forward(net, config, first) {
        const pooled = tf.tanh(net.linear("pooler.dense", first));
        return net.linear("classifier", net.dropout(pooled, config.headDropout));
      },
      className: "BertForSequenceClassification",
    },
    tokens: tokenHead("BertForTokenClassification", { unused: pooler }),
    span: spanHead("BertForQuestionAnswering", { unused: pooler }),
    embedding: embeddingHead("BertModel", { unread: pooler }),
  },
};
