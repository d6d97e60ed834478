/**
 * Gemma 2 and Gemma 3 (texts alone) in GGUF files. Their norms are stored with the one that the model
 * adds.
 *
 * @module
 */
import type { GgufFields } from "../gguf_fields.ts";
import type { GgufArchitecture, TensorNames } from "./architecture.ts";
import { linearsOfDecoders, llamaLikeConfig, outsideOfDecoders } from "./llama_like.ts";

const outside: TensorNames = {
  ...outsideOfDecoders,
  output_norm: ["model.norm", "addedOne"],
};

const block: TensorNames = {
  ...linearsOfDecoders,
  attn_norm: ["input_layernorm", "addedOne"],
  post_attention_norm: ["post_attention_layernorm", "addedOne"],
  ffn_norm: ["pre_feedforward_layernorm", "addedOne"],
  post_ffw_norm: ["post_feedforward_layernorm", "addedOne"],
};

/**
 * `depth27` is the number of blocks of the 27B model, which alone scales attention by the share of a
 * head in the hidden size; files do not say it, and llama.cpp tells it the same way.
 */
function gemmaConfig(
  fields: GgufFields,
  { modelType, className, depth27 }: { modelType: string; className: string; depth27: number },
) {
  const config = llamaLikeConfig(fields, modelType, className);
  const is27 = config.num_hidden_layers === depth27;
  return {
    ...config,
    hidden_activation: "gelu_pytorch_tanh",
    query_pre_attn_scalar: is27
      ? (config.hidden_size as number) / (config.num_attention_heads as number)
      : config.head_dim,
    sliding_window: fields.size("attention.sliding_window"),
  };
}

/** Gemma 2. */
export const gemma2Gguf: GgufArchitecture = {
  name: "gemma2",
  modelType: "gemma2",
  config: (fields) => ({
    ...gemmaConfig(fields, { modelType: "gemma2", className: "Gemma2ForCausalLM", depth27: 46 }),
    attn_logit_softcapping: fields.number("attn_logit_softcapping") ?? 50, // the paper's
    final_logit_softcapping: fields.number("final_logit_softcapping") ?? 30,
  }),
  outside,
  block,
  blocks: "model.layers",
};

/** Gemma 3 without its image encoder, which GGUF keeps in a file of its own. */
export const gemma3Gguf: GgufArchitecture = {
  name: "gemma3",
  modelType: "gemma3_text",
  config(fields) {
    const config = gemmaConfig(fields, {
      modelType: "gemma3_text",
      className: "Gemma3ForCausalLM",
      depth27: 62,
    });
    const cap = fields.number("final_logit_softcapping");
    return {
      ...config,
      rope_theta: fields.number("rope.freq_base") ?? 1_000_000, // the paper's
      rope_local_base_freq: fields.number("rope.freq_base_swa") ?? 10_000,
      sliding_window_pattern: fields.size("attention.sliding_window_pattern", 6), // the paper's
      ...(cap === undefined ? {} : { final_logit_softcapping: cap }),
    };
  },
  outside,
  block: {
    ...block,
    attn_q_norm: ["self_attn.q_norm", "addedOne"],
    attn_k_norm: ["self_attn.k_norm", "addedOne"],
  },
  blocks: "model.layers",
};
