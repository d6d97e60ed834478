/**
 * GPT-2 in GGUF files, whose linears lie the other way round than in checkpoints of transformers.
 *
 * @module
 */
import type { GgufArchitecture } from "./architecture.ts";

/** GPT-2. */
export const gpt2Gguf: GgufArchitecture = {
  name: "gpt2",
  modelType: "gpt2",
  config: (fields) => ({
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    n_embd: fields.size("embedding_length"),
    n_layer: fields.size("block_count"),
    n_head: fields.size("attention.head_count"),
    n_inner: fields.size("feed_forward_length"),
    n_positions: fields.size("context_length"),
    layer_norm_epsilon: fields.required("attention.layer_norm_epsilon"),
    activation_function: "gelu_new",
  }),
  outside: {
    token_embd: "transformer.wte",
    position_embd: "transformer.wpe",
    output_norm: "transformer.ln_f",
    output: "lm_head",
  },
  block: {
    attn_norm: "ln_1",
    attn_qkv: ["attn.c_attn", "transposed"],
    attn_output: ["attn.c_proj", "transposed"],
    ffn_norm: "ln_2",
    ffn_up: ["mlp.c_fc", "transposed"],
    ffn_down: ["mlp.c_proj", "transposed"],
  },
  blocks: "transformer.h",
};
