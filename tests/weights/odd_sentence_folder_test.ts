import assert from "node:assert/strict";
import { join } from "node:path";
import { readSentenceFolder } from "../../lib/weights/sentence_folder.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "./in_folder.ts";

const module = (kind: string, path: string) => ({
  type: `sentence_transformers.models.${kind}`,
  path,
});
const [transformer, pooling, normalize] = [
  module("Transformer", ""),
  module("Pooling", "1_Pooling"),
  module("Normalize", "2_Normalize"),
];
const usual = {
  "modules.json": [transformer, pooling, normalize],
  "1_Pooling/config.json": { pooling_mode: "mean" },
};

async function readWith(files: Readonly<Record<string, unknown>>) {
  return await inFolder(async (folder) => {
    for (const [name, json] of Object.entries({ ...usual, ...files })) {
      const path = join(folder, name);
      await Deno.mkdir(join(path, ".."), { recursive: true });
      await Deno.writeTextFile(path, JSON.stringify(json));
    }
    return (await readSentenceFolder(folder))!.source;
  });
}

// For each of these SentenceTransformer (Python) gives other vectors, fails, or runs code of the folder.
const obstacles: [name: string, files: Record<string, unknown>, obstacle: RegExp][] = [
  ["another order", { "modules.json": [transformer, normalize, pooling] }, /in this order/],
  [
    "code of its own",
    { "modules.json": [{ type: "custom_st.Transformer", path: "" }, pooling] },
    /custom_st\.Transformer/,
  ],
  [
    "a pooling that objects have",
    { "1_Pooling/config.json": { pooling_mode: "toString" } },
    /pools by toString/,
  ],
  [
    "fewer numbers",
    { "config_sentence_transformers.json": { truncate_dim: 4 } },
    /keeps 4 numbers .*truncate_dim/,
  ],
  [
    "another kind of model",
    { "config_sentence_transformers.json": { model_type: "SparseEncoder" } },
    /"SparseEncoder"/,
  ],
  [
    "a last step on something else",
    { "2_Normalize/config.json": { module_input_name: "token_embeddings" } },
    /module_input_name "token_embeddings"/,
  ],
  ["lower case", { "sentence_bert_config.json": { do_lower_case: 1 } }, /lower case/],
];

for (const [name, files, obstacle] of obstacles) {
  Deno.test(`a sentence-transformers folder says an obstacle: ${name}`, async () => {
    assert.match(String((await readWith(files)).obstacle), obstacle);
  });
}

Deno.test("limits and lists that make no sense name their file", async () => {
  for (const max_seq_length of [-1, 3.5, "16"]) {
    await assert.rejects(
      readWith({ "sentence_bert_config.json": { max_seq_length } }),
      isMistake("weights", /sentence_bert_config\.json: max_seq_length is/),
    );
  }
  await assert.rejects(
    readWith({ "sentence_bert_config.json": [1] }),
    isMistake("weights", /sentence_bert_config\.json holds no object/),
  );
  // As in Python these say nothing.
  for (const max_seq_length of [null, 0]) {
    const source = await readWith({ "sentence_bert_config.json": { max_seq_length } });
    assert.deepEqual(source, { pooling: "mean", normalize: true });
  }
});
