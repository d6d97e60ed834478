/**
 * What the configurations of BART and its relatives have in common.
 *
 * @module
 */
import { activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import type { Seq2SeqConfig } from "./seq2seq_head.ts";

/** The sizes of a BART. */
export interface BartConfig extends Seq2SeqConfig {
  readonly numDecoderHeads: number;
  readonly intermediateSize: number;
  readonly decoderIntermediateSize: number;
  readonly dropout: number;
  readonly attentionDropout: number;
  readonly activationDropout: number;
  readonly activation: string;
  /** What word embeddings are multiplied with. */
  readonly wordScale: number;
}

/** What differs between BART and its relatives. */
export interface BartDefaults {
  readonly padId: number;
  /** The decoder's first token where `config.json` names none. */
  readonly decoderStartId: "eos" | "pad";
  /** Rows of the position table before that of the first position. */
  readonly unusedPositions: number;
}

/** Reads `config.json`. */
export function readBartConfig(
  json: Readonly<Record<string, unknown>>,
  { padId: usualPad, decoderStartId, unusedPositions }: BartDefaults,
): BartConfig {
  const read = configReader(json);
  const vocabulary = read.size("vocab_size");
  const hiddenSize = read.size("d_model");
  const positions = read.size("max_position_embeddings", 1024);
  const numHeads = read.size("encoder_attention_heads");
  const numDecoderHeads = read.size("decoder_attention_heads");
  const id = (name: string, usual: number) => read.index(name, usual, "vocab_size", vocabulary);
  const padId = id("pad_token_id", usualPad);
  const config: BartConfig = {
    hiddenSize,
    numLayers: read.depth("encoder_layers"),
    numDecoderLayers: read.depth("decoder_layers"),
    numHeads,
    numDecoderHeads,
    vocabSize: vocabulary,
    maxPositions: positions + unusedPositions,
    maxTokens: positions,
    intermediateSize: read.size("encoder_ffn_dim"),
    decoderIntermediateSize: read.size("decoder_ffn_dim"),
    dropout: read.share("dropout", 0.1),
    attentionDropout: read.share("attention_dropout", 0),
    activationDropout: read.share("activation_dropout", 0),
    activation: read.oneOf("activation_function", activationNames, "gelu"),
    wordScale: read.flag("scale_embedding", false) ? Math.sqrt(hiddenSize) : 1,
    initializerRange: read.positive("init_std", 0.02),
    padId,
    decoderStartId: id(
      "decoder_start_token_id",
      decoderStartId === "pad" ? padId : id("eos_token_id", 2),
    ),
    isTied: read.flag("tie_word_embeddings", true),
  };
  read.on("is_encoder_decoder");
  read.on("share_encoder_decoder_embeddings");
  read.same("decoder_vocab_size", vocabulary, "encoder and decoder share one vocabulary");
  read.same("encoder_layerdrop", 0, "no layers are left out in training");
  read.same("decoder_layerdrop", 0, "no layers are left out in training");
  read.divides("encoder_attention_heads", numHeads, "d_model", hiddenSize);
  read.divides("decoder_attention_heads", numDecoderHeads, "d_model", hiddenSize);
  read.finish();
  return config;
}
