/**
 * A T5 that is made anew, with the feed-forward part and the shared table of the first version.
 *
 * @module
 */
import { endId, padId } from "../../text/train/new_tokenizer.ts";
import type { T5Config } from "../t5.ts";
import { fourfold, type NewFamily } from "./new_family.ts";

/**
 * Weights drawn by what they multiply (transformers' `_init_weights` of T5, whose products of queries
 * and keys are not scaled).
 */
export const newT5: NewFamily = {
  modelType: "t5",
  called: "a T5",
  takes: ["dropout", "decoderLayers", "languages"],
  readsPairs: true,
  rotates: false,
  feedForwardSize: fourfold,
  config: (settings, vocabSize) => ({
    architectures: ["T5ForConditionalGeneration"],
    model_type: "t5",
    is_encoder_decoder: true,
    vocab_size: vocabSize,
    tie_word_embeddings: settings.tied,
    d_model: settings.hiddenSize,
    d_kv: settings.hiddenSize / settings.heads,
    d_ff: settings.intermediateSize,
    num_layers: settings.layers,
    num_decoder_layers: settings.decoderLayers,
    num_heads: settings.heads,
    n_positions: settings.positions,
    relative_attention_num_buckets: 32,
    relative_attention_max_distance: 128,
    dropout_rate: settings.dropout,
    feed_forward_proj: "relu",
    layer_norm_epsilon: 1e-6,
    initializer_factor: 1,
    pad_token_id: padId,
    eos_token_id: endId,
    decoder_start_token_id: padId,
  }),
  deviationOf(path, config) {
    const { hiddenSize, headSize, numHeads, intermediateSize } = config as T5Config;
    const kind = path.split(".").at(-2);
    switch (kind) {
      case "shared":
      case "lm_head":
        return 1;
      case "q":
        return 1 / Math.sqrt(hiddenSize * headSize);
      case "o":
        return 1 / Math.sqrt(numHeads * headSize);
      case "wo":
        return 1 / Math.sqrt(intermediateSize);
      default: // k, v, wi and the biases by distance
        return 1 / Math.sqrt(hiddenSize);
    }
  },
};
