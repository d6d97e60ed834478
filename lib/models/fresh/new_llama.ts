/**
 * A Llama that is made anew.
 *
 * @module
 */
import type { NewFamily } from "./new_family.ts";

/** As the published Llama's: 8/3 of the hidden size, so that three linears have GPT-2's parameters. */
const gatedShare = 8 / 3;
const roundedTo = 32;

/** All weights from the config's range. */
export const newLlama: NewFamily = {
  modelType: "llama",
  called: "a Llama",
  takes: ["keyValueHeads"],
  readsPairs: false,
  rotates: true,
  feedForwardSize: (hiddenSize) => Math.ceil(gatedShare * hiddenSize / roundedTo) * roundedTo,
  config: (settings, vocabSize) => ({
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    vocab_size: vocabSize,
    bos_token_id: 0,
    eos_token_id: 0,
    initializer_range: 0.02,
    tie_word_embeddings: settings.tied,
    max_position_embeddings: settings.positions,
    hidden_size: settings.hiddenSize,
    num_hidden_layers: settings.layers,
    num_attention_heads: settings.heads,
    num_key_value_heads: settings.keyValueHeads,
    intermediate_size: settings.intermediateSize,
    hidden_act: "silu",
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
  }),
};
