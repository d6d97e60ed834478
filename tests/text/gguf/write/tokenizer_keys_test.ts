import assert from "node:assert/strict";
import { tokenizerKeys } from "../../../../lib/text/gguf/write/tokenizer_keys.ts";
import { readTokenizerFiles } from "../../../../lib/text/read_tokenizer_files.ts";
import { loadTokenizer } from "../../../../lib/text/tokenizer.ts";
import { isMistake } from "../../../is_mistake.ts";
import { goldenPath } from "../../../models/golden.ts";

type Json = Record<string, unknown>;

/** The keys of a golden file's tokenizer after a change to its tokenizer.json. */
async function keysOf(
  name: string,
  change: (json: Json) => Json = (json) => json,
  templates: Record<string, string> = {},
) {
  const tokenizer = goldenPath(`gguf/${name}.gguf`);
  const loaded = await loadTokenizer({ tokenizer });
  const { json } = await readTokenizerFiles({ tokenizer });
  return tokenizerKeys({
    json: change(json),
    tokenizer: loaded,
    vocabSize: loaded.vocabSize + 2,
    architecture: name,
    endIds: [5, 6],
    templates,
  });
}

Deno.test("ids without a token get one, and a second end token is that of a turn", async () => {
  const keys = await keysOf("qwen2");
  const tokens = keys.get("tokenizer.ggml.tokens")!.value as string[];
  const kinds = keys.get("tokenizer.ggml.token_type")!.value as number[];
  const size = tokens.length;
  assert.deepEqual(tokens.slice(-2), [`[PAD${size - 2}]`, `[PAD${size - 1}]`]);
  assert.deepEqual(kinds.slice(-2), [5, 5]);
  assert.deepEqual(keys.get("tokenizer.ggml.pre"), { type: "string", value: "qwen2" });
  assert.deepEqual(keys.get("tokenizer.ggml.eot_token_id"), { type: "uint32", value: 5 });
});

Deno.test("several templates have names", async () => {
  const keys = await keysOf("qwen2", undefined, { default: "{{ 1 }}", tool_use: "{{ 2 }}" });
  assert.deepEqual(keys.get("tokenizer.chat_templates"), { type: "strings", value: ["tool_use"] });
  assert.equal(keys.get("tokenizer.chat_template.tool_use")!.value, "{{ 2 }}");
  await assert.rejects(
    keysOf("qwen2", undefined, { "a b": "{{ 1 }}" }),
    isMistake("unsupported", '"a b"'),
  );
});

const changes: [what: string, name: string, change: (json: Json) => Json, says: string][] = [
  ["another model", "qwen2", (json) => ({ ...json, model: { type: "Unigram" } }), "Unigram"],
  ["another cut", "qwen2", (json) => ({
    ...json,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: false },
  }), "none of the names"],
  [
    "another normalizer",
    "gpt2",
    (json) => ({ ...json, normalizer: { type: "Lowercase" } }),
    "names",
  ],
  ["words whole", "gpt2", (json) => ({
    ...json,
    model: { ...json.model as Json, ignore_merges: true },
  }), "none of the names"],
  ["spaces beside a token", "gpt2", (json) => ({
    ...json,
    added_tokens: [{ id: 1, content: "<a>", special: true, lstrip: true }],
  }), "lstrip"],
  ["other merges", "llama", (json) => {
    const { merges, ...model } = json.model as Json;
    return { ...json, model: { ...model, merges: (merges as unknown[]).slice(1) } };
  }, "not those that scores"],
  [
    "a normalizer of pieces",
    "gemma2",
    (json) => ({ ...json, normalizer: { type: "NFKC" } }),
    "more",
  ],
  ["no bytes", "llama", (json) => ({
    ...json,
    model: { ...json.model as Json, byte_fallback: false },
  }), "neither of bytes"],
];
for (const [what, name, change, says] of changes) {
  Deno.test(`a tokenizer with ${what} is refused`, async () => {
    await assert.rejects(
      keysOf(name, change),
      isMistake("unsupported", "a GGUF file cannot hold this tokenizer", says),
    );
  });
}
