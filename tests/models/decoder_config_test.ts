import assert from "node:assert/strict";
import { gpt2 } from "../../lib/models/gpt2.ts";
import { llama } from "../../lib/models/llama.ts";
import { rotaryFrequencies } from "../../lib/models/rotary.ts";
import { isMistake } from "../is_mistake.ts";

const small = { vocab_size: 20, hidden_size: 8, num_hidden_layers: 1, num_attention_heads: 2 };
const tiny = { ...small, intermediate_size: 8 };
const stretching = {
  factor: 8,
  low_freq_factor: 1,
  high_freq_factor: 4,
  original_max_position_embeddings: 8192,
};

Deno.test("what Llama's fields cannot mean here is one error", () => {
  assert.throws(
    () =>
      llama.readConfig({
        ...tiny,
        head_dim: 16,
        attention_bias: true,
        sliding_window: 4096,
        num_key_value_heads: 3,
        rope_scaling: { rope_type: "yarn", factor: 2 },
        partial_rotary_factor: 0.5,
      }),
    isMistake(
      "weights",
      "head_dim is 16, but must be 4",
      "attention_bias is true, but must be false",
      "sliding_window is 4096",
      "num_key_value_heads (3) does not divide num_attention_heads (2)",
      'rope_scaling.rope_type is "yarn"',
      "partial_rotary_factor is 0.5",
    ),
  );
  assert.throws(
    () => llama.readConfig({ ...tiny, rope_scaling: { type: "llama3" } }),
    isMistake("weights", "rope_scaling.factor is missing", "rope_scaling.low_freq_factor"),
  );
});

Deno.test("rotary fields of both places and a padding token are found", () => {
  const old = llama.readConfig({
    ...tiny,
    rope_theta: 5e5,
    rope_scaling: { rope_type: "llama3", ...stretching },
    eos_token_id: [7, 9],
  });
  const present = llama.readConfig({
    ...tiny,
    rope_parameters: { rope_type: "llama3", rope_theta: 5e5, ...stretching },
    eos_token_id: 7,
  });
  assert.deepEqual(old, present);
  assert.equal(old.padId, 7);
  assert.equal(old.numKeyValueHeads, 2);
  assert.deepEqual(llama.readConfig(tiny).rotary, { theta: 10_000 });
});

Deno.test("only slow frequencies are stretched", () => {
  const theta = 5e5;
  const size = 64;
  const plain = rotaryFrequencies({ theta }, size);
  const stretched = rotaryFrequencies({
    theta,
    stretched: { factor: 8, slow: 1, fast: 4, original: 8192 },
  }, size);
  const shares = plain.map((each, i) => stretched[i] / each);
  assert.equal(shares[0], 1);
  assert.ok(Math.abs(shares.at(-1)! - 1 / 8) < 1e-6);
  assert.ok(shares.some((share) => share > 0.2 && share < 0.9));
});

Deno.test("what GPT-2's fields cannot mean here is one error", () => {
  const config = { vocab_size: 20, n_embd: 8, n_layer: 1, n_head: 2, n_positions: 16 };
  assert.equal(gpt2.readConfig({ ...config, n_inner: null }).intermediateSize, 32);
  assert.throws(
    () =>
      gpt2.readConfig({
        ...config,
        scale_attn_weights: false,
        scale_attn_by_inverse_layer_idx: true,
        add_cross_attention: true,
        tie_word_embeddings: 1,
        n_head: 3,
      }),
    isMistake(
      "weights",
      "scale_attn_weights is false, but must be true",
      "scale_attn_by_inverse_layer_idx",
      "add_cross_attention",
      "tie_word_embeddings",
      "n_head (3) does not divide",
    ),
  );
});
