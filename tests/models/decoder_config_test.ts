import assert from "node:assert/strict";
import { gpt2 } from "../../lib/models/gpt2.ts";
import { llama } from "../../lib/models/llama.ts";
import { checkQuantization } from "../../lib/models/check_quantization.ts";
import { gemma3 } from "../../lib/models/gemma3.ts";
import { gemma2 } from "../../lib/models/gemma2.ts";
import { gemma3Text } from "../../lib/models/gemma3_text.ts";
import { mistral } from "../../lib/models/mistral.ts";
import { qwen2 } from "../../lib/models/qwen2.ts";
import { qwen3 } from "../../lib/models/qwen3.ts";
import { rotaryAmplitude, rotaryFrequencies } from "../../lib/models/rotary_scaling.ts";
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
        head_dim: 15,
        attention_bias: 1,
        sliding_window: 4096,
        num_key_value_heads: 3,
        rope_scaling: { rope_type: "yarm", factor: 2 },
        partial_rotary_factor: 0.5,
      }),
    isMistake(
      "weights",
      "head_dim is 15, but must be even",
      "attention_bias is 1, but must be true or false",
      "sliding_window is 4096, but must be false",
      "num_key_value_heads (3) does not divide num_attention_heads (2)",
      'rope_scaling.rope_type is "yarm"',
      "partial_rotary_factor is 0.5",
    ),
  );
  assert.throws(
    () => llama.readConfig({ ...tiny, num_attention_heads: 3 }),
    isMistake("weights", "num_attention_heads (3) does not divide hidden_size (8)"),
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
    scaling: { kind: "llama3", factor: 8, slow: 1, fast: 4, original: 8192 },
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

Deno.test("a scaling that turns a part of each head is refused with the reason", () => {
  for (const { modelType, readConfig } of [llama, qwen2, qwen3, mistral, gemma2]) {
    const json = { ...tiny, head_dim: 4, num_key_value_heads: 1 };
    assert.throws(
      () => readConfig({ ...json, rope_scaling: { rope_type: "proportional", factor: 2 } }),
      isMistake("weights", 'rope_scaling.rope_type is "proportional"', "a part"),
      modelType,
    );
  }
  assert.throws(
    () => llama.readConfig({ ...tiny, rope_scaling: "linear" }),
    isMistake("weights", 'rope_scaling is "linear", but must be an object'),
  );
});

Deno.test("YaRN's amplitude is given, or follows from the factor", () => {
  const amplitudeOf = (fields: Record<string, unknown>) => {
    const rope_scaling = { type: "yarn", factor: 4, ...fields };
    return rotaryAmplitude(llama.readConfig({ ...tiny, rope_scaling }).rotary);
  };
  const implied = 0.1 * Math.log(4) + 1;
  assert.equal(amplitudeOf({}), implied);
  assert.equal(amplitudeOf({ attention_factor: 1.5 }), 1.5);
  assert.equal(amplitudeOf({ mscale: 1, mscale_all_dim: 1 }), 1);
  // The ratio of both lengths where the factor is null: 2048 / 512.
  assert.equal(amplitudeOf({ factor: null, original_max_position_embeddings: 512 }), implied);
  assert.equal(amplitudeOf({ factor: 0.5 }), 1);
});

Deno.test("scalings by a text's length are read as transformers reads them", () => {
  const fields = { type: "longrope", short_factor: [1, 2], long_factor: [3, 4] };
  const read = (json: Record<string, unknown>) => llama.readConfig({ ...tiny, ...json });
  const longrope = (json: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    read({ ...json, rope_scaling: { ...fields, ...more } }).rotary;
  const known = { kind: "longrope", short: [1, 2], long: [3, 4] };
  // Without an original length it is the whole one, and nothing is amplified.
  assert.deepEqual(longrope({}).scaling, { ...known, original: 2048, amplitude: 1 });
  const ratio = Math.sqrt(1 + Math.log(4) / Math.log(512));
  const half = { original_max_position_embeddings: 512 };
  assert.deepEqual(longrope(half).scaling, { ...known, original: 512, amplitude: ratio });
  assert.deepEqual(longrope({}, half), longrope(half));
  assert.equal(rotaryAmplitude(longrope(half, { attention_factor: 1.5 })), 1.5);
  assert.equal(
    rotaryAmplitude(longrope(half, { factor: 8 })),
    Math.sqrt(1 + Math.log(8) / Math.log(512)),
  );

  const dynamic = read({ rope_scaling: { rope_type: "dynamic", factor: 4 } });
  assert.deepEqual(dynamic.rotary.scaling, { kind: "dynamic", factor: 4, original: 2048 });
  assert.deepEqual([dynamic.maxPositions, dynamic.maxTokens], [2048, 8192]);

  assert.throws(
    () => longrope({}, { short_factor: [1, 0], long_factor: [1] }),
    isMistake(
      "weights",
      "rope_scaling.short_factor is [1,0], but must be a list of 2 numbers above 0",
      "rope_scaling.long_factor is [1]",
    ),
  );
  assert.throws(
    () => read({ head_dim: 2, rope_scaling: { rope_type: "dynamic" } }),
    isMistake("weights", "rope_scaling.factor is missing", "heads of 2 numbers"),
  );
});

Deno.test("kinds of layers that a family does not tell apart are errors", () => {
  const nested = {
    full_attention: { rope_type: "default", rope_theta: 1e6 },
    sliding_attention: { rope_type: "default", rope_theta: 1e4 },
  };
  for (const { modelType, readConfig } of [llama, qwen2, qwen3, mistral, gemma2]) {
    assert.throws(
      () => readConfig({ ...tiny, num_key_value_heads: 1, head_dim: 4, rope_parameters: nested }),
      isMistake("weights", "rope_parameters is", "the fields of all layers"),
      modelType,
    );
  }
  assert.throws(
    () => llama.readConfig({ ...tiny, layer_types: ["chunked_attention"] }),
    isMistake("weights", "layer_types", 'each "full_attention"'),
  );
});

Deno.test("checkpoints that are quantised otherwise than by bitsandbytes are refused by name", () => {
  const methods = ["gptq", "awq", "fp8", "compressed-tensors", "mxfp4", "torchao"];
  for (const quant_method of methods) {
    assert.throws(
      () => checkQuantization({ quantization_config: { quant_method, bits: 4 } }),
      isMistake(
        "unsupported",
        `quantization_config.quant_method is "${quant_method}"`,
        "bitsandbytes",
      ),
    );
  }
  assert.throws(
    () => checkQuantization({ compression_config: { quant_method: "compressed-tensors" } }),
    isMistake("unsupported", "compression_config.quant_method"),
  );
  assert.throws(
    () => checkQuantization({ quantization_config: { bits: 4 } }),
    isMistake("unsupported", "quantization_config names no quant_method"),
  );
  checkQuantization({ quantization_config: null });
  checkQuantization({ quantization_config: { quant_method: "bitsandbytes", load_in_4bit: true } });
  checkQuantization({ quantization_config: { load_in_8bit: true } });
});

Deno.test("the texts of Gemma 3 are read from what its config with images says of them", () => {
  const published = {
    model_type: "gemma3",
    architectures: ["Gemma3ForConditionalGeneration"],
    eos_token_id: [1, 106],
    text_config: {
      hidden_size: 2560,
      intermediate_size: 10240,
      num_hidden_layers: 34,
      rope_scaling: { factor: 8, rope_type: "linear" },
      sliding_window: 1024,
    },
    vision_config: {},
  };
  const read = gemma3.readConfig(published);
  assert.deepEqual([read.vocabSize, read.numHeads, read.numKeyValueHeads], [262_208, 8, 4]);
  assert.deepEqual([read.headSize, read.isTied, read.sliding?.window], [256, true, 1024]);
  assert.deepEqual(read.rotary, { theta: 1e6, scaling: { kind: "linear", factor: 8 } });
  const { model_type, architectures, eos_token_id, vision_config } = gemma3.part!.json(published);
  assert.deepEqual([model_type, architectures, eos_token_id, vision_config], [
    "gemma3_text",
    ["Gemma3ForCausalLM"],
    [1, 106],
    undefined,
  ]);
  assert.throws(
    () => gemma3.readConfig({ model_type: "gemma3" }),
    isMistake("weights", "text_config is missing, but must be an object"),
  );
});

const layered = { ...tiny, num_hidden_layers: 4, num_key_value_heads: 1 };
const window = 3;

Deno.test("Qwen's windows are used where the config says so, from a layer on or by name", () => {
  const uses = { use_sliding_window: true, sliding_window: window };
  const named = ["full_attention", "sliding_attention", "full_attention", "full_attention"];
  for (const { readConfig } of [qwen2, qwen3]) {
    const slidingOf = (fields: Record<string, unknown>) =>
      readConfig({ ...layered, ...fields }).sliding;
    assert.equal(slidingOf({ sliding_window: window, max_window_layers: 0 }), undefined);
    assert.equal(slidingOf(uses), undefined); // 28 layers are full
    const upper = { window, layers: [false, false, true, true] };
    assert.deepEqual(slidingOf({ ...uses, max_window_layers: 2 }), upper);
    const one = { window, layers: [false, true, false, false] };
    assert.deepEqual(slidingOf({ ...uses, layer_types: named }), one);
    assert.throws(
      () => slidingOf({ layer_types: named, max_window_layers: -1 }),
      isMistake("weights", "use_sliding_window is missing, but must be true", "max_window_layers"),
    );
    assert.throws(
      () => slidingOf({ ...uses, layer_types: named.slice(1) }),
      isMistake("weights", "but must be a list of 4 texts", '"sliding_attention"'),
    );
  }
});

Deno.test("what absent fields mean is what transformers takes them for", () => {
  const { sliding, numKeyValueHeads, maxPositions } = mistral.readConfig({
    ...layered,
    num_attention_heads: 8,
    hidden_size: 16,
    num_key_value_heads: undefined,
  });
  assert.deepEqual([numKeyValueHeads, maxPositions, sliding?.window], [8, 131_072, 4096]);
  assert.equal(mistral.readConfig({ ...layered, sliding_window: null }).sliding, undefined);
  assert.equal(qwen3.readConfig({ ...layered, num_key_value_heads: null }).numKeyValueHeads, 2);
  assert.equal(qwen3.readConfig(layered).headSize, 128);

  const gemma = gemma2.readConfig(layered);
  assert.deepEqual([gemma.scoreCap, gemma.logitCap, gemma.headSize], [50, 30, 256]);
  assert.deepEqual([gemma.attentionScale, gemma.isTied, gemma.padId], [1 / 16, true, 0]);
  assert.deepEqual(gemma.sliding?.layers, [true, false, true, false]);
  const free = gemma2.readConfig({
    ...layered,
    final_logit_softcapping: null,
    attn_logit_softcapping: null,
  });
  assert.deepEqual([free.scoreCap, free.logitCap], [undefined, undefined]);
});

Deno.test("Gemma 3 has two bases, in the fields of both generations of transformers", () => {
  const scaling = { rope_type: "linear", factor: 8 };
  const old = gemma3Text.readConfig({
    ...layered,
    rope_theta: 5e5,
    rope_local_base_freq: 5e3,
    rope_scaling: scaling,
    sliding_window_pattern: 3,
  });
  const present = gemma3Text.readConfig({
    ...layered,
    rope_parameters: {
      full_attention: { ...scaling, rope_theta: 5e5 },
      sliding_attention: { rope_type: "default", rope_theta: 5e3 },
    },
    layer_types: [0, 1, 2, 3].map((layer) => layer === 2 ? "full_attention" : "sliding_attention"),
  });
  assert.deepEqual(old, present);
  assert.deepEqual(old.sliding, {
    window: 4096,
    layers: [true, true, false, true],
    rotary: { theta: 5e3 },
  });
  const plain = gemma3Text.readConfig(layered);
  assert.deepEqual([plain.rotary.theta, plain.sliding?.rotary?.theta], [1e6, 1e4]);
  assert.throws(
    () =>
      gemma3Text.readConfig({
        ...layered,
        use_bidirectional_attention: true,
        attn_logit_softcapping: 50,
        rope_parameters: { rope_type: "default" },
        sliding_window: null,
      }),
    isMistake(
      "weights",
      "use_bidirectional_attention",
      "attn_logit_softcapping",
      "rope_parameters",
      "sliding_window is null",
    ),
  );
});

Deno.test("a Mistral whose layers differ is refused", () => {
  assert.throws(
    () => mistral.readConfig({ ...layered, layer_types: Array(4).fill("full_attention") }),
    isMistake("weights", "layer_types", 'a list of 4 texts, each "sliding_attention"'),
  );
});
