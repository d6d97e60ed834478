/**
 * What llama-like decoders share in GGUF files, and Llama, Qwen 2 and Qwen 3 themselves.
 *
 * @module
 */
import type { GgufFields } from "../gguf_fields.ts";
import type { GgufArchitecture, TensorNames } from "./architecture.ts";
import { ropeScaling } from "./rope_scaling.ts";

/** The fields of config.json that all of them have. */
export function llamaLikeConfig(
  fields: GgufFields,
  modelType: string,
  className: string,
): Record<string, unknown> {
  const heads = fields.size("attention.head_count");
  const hidden = fields.size("embedding_length");
  const head = fields.size("attention.key_length", hidden / heads);
  if (fields.size("attention.value_length", head) !== head) {
    throw fields.refuse("attention.value_length", `keys have ${head} numbers a head`);
  }
  if (fields.size("rope.dimension_count", head) !== head) {
    throw fields.refuse("rope.dimension_count", `tunebook turns all ${head} numbers of a head`);
  }
  const experts = fields.number("expert_count") ?? 0;
  if (experts > 0) throw fields.refuse("expert_count", "tunebook reads no mixtures of experts");
  const window = fields.number("attention.sliding_window");
  const scaling = ropeScaling(fields);
  return {
    architectures: [className],
    model_type: modelType,
    hidden_size: hidden,
    num_hidden_layers: fields.size("block_count"),
    intermediate_size: fields.size("feed_forward_length"),
    num_attention_heads: heads,
    num_key_value_heads: fields.size("attention.head_count_kv", heads),
    head_dim: head,
    max_position_embeddings: fields.size("context_length"),
    rms_norm_eps: fields.required("attention.layer_norm_rms_epsilon"),
    rope_theta: fields.number("rope.freq_base") ?? 10_000, // llama.cpp's
    ...(scaling ? { rope_scaling: scaling } : {}),
    ...(window ? { sliding_window: window } : {}),
  };
}

/** Which linears have biases, by the tensors that there are. */
function biases({ has }: GgufFields): Record<string, boolean> {
  return { attention_bias: has("blk.0.attn_q.bias"), mlp_bias: has("blk.0.ffn_up.bias") };
}

/** Tensors outside the blocks. */
export const outsideOfDecoders: TensorNames = {
  token_embd: "model.embed_tokens",
  output_norm: "model.norm",
  output: "lm_head",
};

/** Linears of a block. */
export const linearsOfDecoders: TensorNames = {
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

const shared = {
  outside: outsideOfDecoders,
  blocks: "model.layers",
  block: {
    ...linearsOfDecoders,
    attn_norm: "input_layernorm",
    ffn_norm: "post_attention_layernorm",
  },
} as const satisfies Partial<GgufArchitecture>;

/**
 * Llama, SmolLM and others of their kind; llama.cpp puts rotated numbers side by side. Mistral is one of them
 * there: a file with a window is read as Mistral, and one without computes the same as a Llama.
 */
export const llamaGguf: GgufArchitecture = {
  ...shared,
  name: "llama",
  modelType: "llama",
  config(fields) {
    const shared = llamaLikeConfig(fields, "llama", "LlamaForCausalLM");
    return {
      ...shared,
      ...("sliding_window" in shared
        ? { model_type: "mistral", architectures: ["MistralForCausalLM"] }
        : {}),
      ...biases(fields),
    };
  },
  block: {
    ...shared.block,
    attn_q: ["self_attn.q_proj", "queries"],
    attn_k: ["self_attn.k_proj", "keys"],
  },
};

/** Qwen 2 and 2.5, whose queries, keys and values always have biases. */
export const qwen2Gguf: GgufArchitecture = {
  ...shared,
  name: "qwen2",
  modelType: "qwen2",
  config: (fields) => llamaLikeConfig(fields, "qwen2", "Qwen2ForCausalLM"),
};

/** Qwen 3. */
export const qwen3Gguf: GgufArchitecture = {
  ...shared,
  name: "qwen3",
  modelType: "qwen3",
  config: (fields) => ({
    ...llamaLikeConfig(fields, "qwen3", "Qwen3ForCausalLM"),
    attention_bias: biases(fields).attention_bias,
  }),
  block: {
    ...shared.block,
    attn_q_norm: "self_attn.q_norm",
    attn_k_norm: "self_attn.k_norm",
  },
};
