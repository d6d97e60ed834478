import assert from "node:assert/strict";
import { configText } from "../../lib/deploy/config_text.ts";

Deno.test("numbers that transformers declares as float keep their point", () => {
  const config = {
    final_logit_softcapping: 30,
    attn_logit_softcapping: null,
    rms_norm_eps: 1e-6,
    hidden_size: 8,
    encoder_layerdrop: 0,
    rope_scaling: { factor: 2 },
    quantization_config: { llm_int8_threshold: 6 },
  };
  const text = configText(config);
  assert.deepEqual(JSON.parse(text), config);
  assert.match(text, /"final_logit_softcapping": 30\.0,/);
  assert.match(text, /"encoder_layerdrop": 0\.0,/);
  assert.match(text, /"llm_int8_threshold": 6\.0\n/);
  assert.match(text, /"hidden_size": 8,/);
});
