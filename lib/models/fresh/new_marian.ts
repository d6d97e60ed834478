/**
 * A Marian that is made anew, as OPUS-MT's are: swish, scaled words, one vocabulary for both sides.
 *
 * @module
 */
import { endId, padId } from "../../text/train/new_tokenizer.ts";
import { fourfold, type NewFamily } from "./new_family.ts";

/**
 * All weights from the config's range, the padding token's row zeros, as PyTorch's `padding_idx` has it. The
 * range is 1/√hiddenSize instead of transformers' default, so that scaled words have the size of positions
 * and linears keep that of what they read, as in Marian itself.
 */
export const newMarian: NewFamily = {
  modelType: "marian",
  called: "a Marian",
  takes: ["dropout", "decoderLayers", "languages"],
  readsPairs: true,
  rotates: false,
  feedForwardSize: fourfold,
  clearsPadding: true,
  config: (settings, vocabSize) => ({
    architectures: ["MarianMTModel"],
    model_type: "marian",
    is_encoder_decoder: true,
    vocab_size: vocabSize,
    decoder_vocab_size: vocabSize,
    share_encoder_decoder_embeddings: true,
    tie_word_embeddings: settings.tied,
    d_model: settings.hiddenSize,
    encoder_layers: settings.layers,
    decoder_layers: settings.decoderLayers,
    encoder_attention_heads: settings.heads,
    decoder_attention_heads: settings.heads,
    encoder_ffn_dim: settings.intermediateSize,
    decoder_ffn_dim: settings.intermediateSize,
    max_position_embeddings: settings.positions,
    dropout: settings.dropout,
    attention_dropout: 0,
    activation_dropout: 0,
    activation_function: "swish",
    scale_embedding: true,
    init_std: settings.hiddenSize ** -0.5,
    pad_token_id: padId,
    eos_token_id: endId,
    decoder_start_token_id: padId,
    forced_eos_token_id: endId,
  }),
};
