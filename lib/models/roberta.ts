/**
 * RoBERTa (Liu et al., arXiv 1907.11692) as transformers stores it: BERT's encoder whose positions
 * start after the padding token's id, and a head of two linears.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { Family, Packing } from "../nn/family.ts";
import {
  bertBlock,
  type BertConfig,
  bertEmbed,
  bertLayers,
  bertPrunable,
  readBertConfig,
} from "./bert.ts";
import { embeddingHead, spanHead, tokenHead } from "./encoder_heads.ts";

/** RoBERTa's padding token, unless `config.json` says otherwise. */
const padId = 1;

/** Tokens count from padId + 1; padding has the position padId, where rows are not packed. */
function positionsAfterPadding(mask: Tensor, packing: Packing | undefined, pad: number): Tensor {
  if (packing) return tf.add(packing.positions, tf.scalar(pad + 1, "int32"));
  return tf.add(tf.mul(tf.cumsum(mask, 1), mask), tf.scalar(pad, "int32"));
}

/** The RoBERTa family. */
export const roberta: Family<BertConfig> = {
  modelType: "roberta",
  input: "text",
  prefix: "roberta",
  readConfig: (json) => readBertConfig(json, { padId, positionsAfterPadding: true }),
  layers: bertLayers,
  usesTypes: false,
  ignored: [/embeddings\.position_ids$/, /^lm_head\./, /^pooler\./, /^roberta\.pooler\./],
  optional: [],
  attentionTargets: ["query", "value"],
  stack: {
    layerPath: "encoder.layer",
    wordTable: "embeddings.word_embeddings",
    embed: (net, config, batch) =>
      bertEmbed(
        net,
        config,
        batch,
        (net, mask, packing) =>
          tf.add(
            positionsAfterPadding(mask, packing, config.padId),
            net.firstPosition(),
          ),
      ),
    block: bertBlock,
  },
  prunable: bertPrunable,
  heads: robertaHeads("Roberta"),
};

/** The heads; XLM-RoBERTa's differ in the names of their classes. */
export function robertaHeads(name: string): Family<BertConfig>["heads"] {
  return {
    classification: {
      reads: "pooled",
      layers: ({ hiddenSize }, outputs) => [
        {
          kind: "linear",
          path: "classifier.dense",
          inFeatures: hiddenSize,
          outFeatures: hiddenSize,
        },
        {
          kind: "linear",
          path: "classifier.out_proj",
          inFeatures: hiddenSize,
          outFeatures: outputs,
        },
      ],
      forward(net, config, first) {
        const input = net.dropout(first, config.headDropout);
        const hidden = tf.tanh(net.linear("classifier.dense", input));
        return net.linear("classifier.out_proj", net.dropout(hidden, config.headDropout));
      },
      className: `${name}ForSequenceClassification`,
    },
    tokens: tokenHead(`${name}ForTokenClassification`),
    span: spanHead(`${name}ForQuestionAnswering`),
    embedding: embeddingHead(`${name}Model`),
  };
}
