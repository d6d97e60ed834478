import assert from "node:assert/strict";
import { checkModelKeys, modelKeys } from "../../../lib/deploy/gguf/model_keys.ts";
import { families } from "../../../lib/models/mod.ts";
import type { Model } from "../../../lib/nn/model.ts";
import { architectures } from "../../../lib/weights/gguf/architectures/mod.ts";
import { writtenFormatOf } from "../../../lib/weights/gguf/write/written_format_of.ts";
import { storedName } from "../../../lib/weights/gguf/write/stored_name.ts";
import { isMistake } from "../../is_mistake.ts";

const sizes = {
  hidden_size: 64,
  num_hidden_layers: 6,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 128,
  max_position_embeddings: 256,
  vocab_size: 100,
};

/** A model without weights, and its architecture. */
function modelOf(modelType: string, json: Record<string, unknown>) {
  const family = families.find((each) => each.modelType === modelType)!;
  const config = family.readConfig({ ...sizes, model_type: modelType, ...json });
  const architecture = architectures.find((each) => each.modelType === modelType)!;
  const model = { family, config, layers: family.layers(config) } as unknown as Model;
  return { architecture, model };
}

const llama3 = {
  rope_type: "llama3",
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};

const fitting: [modelType: string, json: Record<string, unknown>][] = [
  ["llama", {}],
  ["llama", { rope_theta: 500_000, rope_scaling: llama3, tie_word_embeddings: true }],
  ["llama", { rope_scaling: { rope_type: "linear", factor: 2.5 } }],
  ["llama", { attention_bias: true, mlp_bias: true, rms_norm_eps: 3e-6 }],
  ["llama", {
    rope_scaling: { rope_type: "yarn", factor: 4, original_max_position_embeddings: 64 },
  }],
  ["qwen2", {}],
  ["qwen3", { head_dim: 32, attention_bias: true }],
  ["gemma2", { head_dim: 32, query_pre_attn_scalar: 32, sliding_window: 16 }],
  ["gemma3_text", { head_dim: 32, query_pre_attn_scalar: 32, sliding_window: 16 }],
  ["gemma3_text", {
    head_dim: 32,
    query_pre_attn_scalar: 32,
    sliding_window: 16,
    sliding_window_pattern: 3,
    rope_local_base_freq: 5000,
  }],
];
for (const [modelType, json] of fitting) {
  Deno.test(`the keys of ${modelType} with ${JSON.stringify(json)} say all of it`, () => {
    const { architecture, model } = modelOf(modelType, json);
    checkModelKeys(architecture, model);
    const { keys, divisors } = modelKeys(architecture, model);
    assert.ok([...keys.keys()].every((key) => key.startsWith(`${architecture.name}.`)));
    assert.equal(divisors?.length, json.rope_scaling === llama3 ? 8 : undefined);
  });
}

/** A divisor for each pair of numbers of a head. */
const shortFactor = Array<number>(8).fill(1);

const unlike: [modelType: string, json: Record<string, unknown>, says: string][] = [
  ["qwen2", { use_sliding_window: true, sliding_window: 8, max_window_layers: 2 }, "sliding"],
  ["llama", { hidden_act: "gelu" }, "activation"],
  ["gemma2", { head_dim: 32, query_pre_attn_scalar: 20, sliding_window: 16 }, "attentionScale"],
  ["llama", { rope_scaling: { ...llama3, low_freq_factor: 2 } }, "rope_freqs"],
  ["llama", { rope_scaling: { type: "dynamic", factor: 2 } }, "rotary"],
  [
    "llama",
    { rope_scaling: { type: "longrope", short_factor: shortFactor, long_factor: shortFactor } },
    "rotary",
  ],
];
for (const [modelType, json, says] of unlike) {
  Deno.test(`${modelType} with ${JSON.stringify(json)} is refused`, () => {
    const { architecture, model } = modelOf(modelType, json);
    assert.throws(() => checkModelKeys(architecture, model), isMistake("unsupported", says));
  });
}

Deno.test("rows that are no whole blocks become F16", () => {
  assert.equal(writtenFormatOf("blk.0.ffn_up.weight", [4, 48], "Q8_0").name, "F16");
  assert.equal(writtenFormatOf("blk.0.ffn_up.weight", [4, 64], "Q8_0").name, "Q8_0");
  assert.equal(writtenFormatOf("blk.0.attn_norm.weight", [64], "Q8_0").name, "F32");
  assert.equal(writtenFormatOf("position_embd.weight", [4, 64], "F16").name, "F32");
  assert.equal(writtenFormatOf("output.weight", [4, 64], "Q4_0").name, "Q8_0");
});

Deno.test("tensors have the names of llama.cpp", () => {
  const [gpt2, llama] = ["gpt2", "llama"].map((name) =>
    architectures.find((each) => each.name === name)!
  );
  assert.deepEqual(storedName(gpt2, "transformer.h.11.attn.c_attn.bias"), {
    name: "blk.11.attn_qkv.bias",
    change: "transposed",
  });
  assert.deepEqual(storedName(llama, "lm_head.weight"), { name: "output.weight" });
  assert.equal(storedName(llama, "model.layers.0.other.weight"), undefined);
});
