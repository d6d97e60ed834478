/**
 * Models, tags and pairs that people reported as read wrongly by sentence-transformers, seqeval, timm and
 * llama.cpp's converters. The addresses of the reports stand in LOG.md.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  entityF1,
  sentenceEmbeddings,
  tableFromRows,
  tokenAccuracy,
  tokenClassification,
} from "tunebook";
import { readModelConfig } from "../../lib/models/read_model_config.ts";
import type { TagPredictions } from "../../lib/nn/tag_predictions.ts";
import type { TagScheme } from "../../lib/nn/tags/tag_scheme.ts";
import { tokenKinds } from "../../lib/text/gguf/vocabulary_keys.ts";
import { readWrittenVocabulary } from "../../lib/text/gguf/write/written_vocabulary.ts";
import { readTokenizerFiles } from "../../lib/text/read_tokenizer_files.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { readSentenceFolder, SENTENCE_CONFIG_FILES } from "../../lib/weights/sentence_folder.ts";
import { inFiles } from "../data/images/in_files.ts";
import { isMistake } from "../is_mistake.ts";
import { goldenPath } from "../models/golden.ts";
import { tinyTokenizer } from "../pipeline/tiny.ts";

Deno.test("older names of the file with a model's limit of tokens are read", async () => {
  const type = (name: string) => `sentence_transformers.models.${name}`;
  const modules = JSON.stringify([
    { type: type("Transformer"), path: "0_Transformer" },
    { type: type("Pooling"), path: "1_Pooling" },
  ]);
  const limits = JSON.stringify({ max_seq_length: 128, do_lower_case: false });
  const read = (names: readonly string[]) =>
    inFiles({
      "modules.json": modules,
      "1_Pooling/config.json": JSON.stringify({ pooling_mode_mean_tokens: true }),
      ...Object.fromEntries(names.map((name) => [`0_Transformer/${name}`, limits])),
    }, async (folder) => (await readSentenceFolder(folder))!.source);
  assert.equal((await read([])).maxTokens, undefined);
  assert.equal(SENTENCE_CONFIG_FILES.length, 7);
  for (const name of SENTENCE_CONFIG_FILES) assert.equal((await read([name])).maxTokens, 128);
});

Deno.test("scores of 0 to 5 are no cosines", () => {
  const columns = { first: "a", second: "b", score: "score" } as const;
  const rows = tableFromRows([
    { a: "one", b: "two", score: 5 },
    { a: "three", b: "four", score: 0.5 },
  ]);
  const cosines = sentenceEmbeddings({ ...columns, loss: "cosineSimilarity" });
  assert.throws(
    () => cosines.checkRows(rows, "the data"),
    isMistake("data", "row 1", "scores from −1 to 1: divide by the largest"),
  );
  // CoSENT knows an order alone.
  sentenceEmbeddings(columns).checkRows(rows, "the data");
});

/** Predictions of one row. */
function tagged(scheme: TagScheme, truth: string, predicted: string): TagPredictions {
  const [right, found] = [truth, predicted].map((tags) => tags.split(" "));
  const labels = [...new Set([...right, ...found])];
  const numbers = (tags: readonly string[]) => [
    Int32Array.from(tags, (tag) => labels.indexOf(tag)),
  ];
  return {
    kind: "tags",
    rows: 1,
    labels,
    scheme,
    truth: numbers(right),
    predicted: numbers(found),
  };
}

Deno.test("parts of speech are no entities that lack a letter", () => {
  const predictions = tagged("plain", "ADJ DET VERB", "ADJ CONJ VERB");
  assert.equal(tokenAccuracy.compute(predictions), 2 / 3);
  assert.throws(
    () => entityF1.compute(predictions),
    isMistake("input", "ask tokenAccuracy"),
  );
});

Deno.test("entities without a type, with hyphens in it, and ends of others are told apart", () => {
  const untyped = tagged("BIO", "O O B I I I I O", "O O B I I B I O");
  assert.deepEqual(entityF1.perClass.compute(untyped), { _: 0 });
  const hyphens = tagged("BIO", "B-ARGM-LOC I-ARGM-LOC O", "B-ARGM-LOC I-ARGM-LOC O");
  assert.deepEqual(entityF1.perClass.compute(hyphens), { "ARGM-LOC": 1 });
  const ends = tagged("IOBES", "B-PER E-PER S-PER", "B-PER I-PER S-PER");
  assert.equal(entityF1.strict.compute(ends), 2 / 3);
  // Two entities that follow each other are not the one that covers both.
  const two = tagged("IOBES", "B-MISC E-MISC B-MISC E-MISC", "B-MISC I-MISC I-MISC E-MISC");
  assert.equal(entityF1.compute(two), 0);
  assert.equal(entityF1.strict.compute(two), 0);
});

Deno.test("numbers that stand for no tag are errors, and lists that do not fit each other", () => {
  const task = tokenClassification({ tokens: "words", tags: "tags", names: ["O", "B-PER"] });
  const rows = (tags: readonly number[]) => tableFromRows([{ words: ["Ann", "said"], tags }]);
  task.checkRows(rows([1, 0]), "the data");
  assert.throws(
    () => task.checkRows(rows([1, -100]), "the data"),
    isMistake("data", "row 1: word 2: tag -100 has no name"),
  );
  assert.throws(() => task.checkRows(rows([1]), "the data"), isMistake("data", "2 words, but 1"));
});

Deno.test("a checkpoint of timm is told as such", async () => {
  const own = { architecture: "vit_tiny_patch16_224", num_classes: 10, pretrained_cfg: {} };
  for (const config of [own, { ...own, model_type: "timm_wrapper" }]) {
    await inFiles(
      { "config.json": JSON.stringify(config) },
      (folder) =>
        assert.rejects(
          readModelConfig(join(folder, "config.json")),
          isMistake("unsupported", '"vit_tiny_patch16_224" of timm', "export it as ONNX"),
        ),
    );
  }
});

Deno.test("tokens that were added stay tokens in GGUF, and rows without one get one", async () => {
  const { json } = await readTokenizerFiles({ tokenizer: goldenPath("gguf/qwen2.gguf") });
  const added = json.added_tokens as { id: number; content: string; special: boolean }[];
  const size = Object.keys((json.model as { vocab: object }).vocab).length + added.length;
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const own = [
    { ...flags, id: size, content: "<section>", special: false },
    { ...flags, id: size + 1, content: "<clause>", special: true },
  ];
  const written = readWrittenVocabulary(
    { ...json, added_tokens: [...added, ...own] },
    { vocabSize: size + 3 },
  );
  assert.deepEqual(written.tokens.slice(-3), ["<section>", "<clause>", `[PAD${size + 2}]`]);
  const { userDefined, control, unused } = tokenKinds;
  assert.deepEqual(written.kinds.slice(-3), [userDefined, control, unused]);
  assert.throws(
    () => readWrittenVocabulary({ ...json, added_tokens: [...added, ...own] }, { vocabSize: size }),
    isMistake("unsupported", "has no row in the model"),
  );
});

Deno.test("an added token whose number Python would give otherwise is an error", () => {
  const json = tinyTokenizer();
  const far = { ...(json.added_tokens as object[])[0], id: 500, content: "<far>" };
  const added = [...json.added_tokens as object[], far];
  return inFiles(
    { "tokenizer.json": JSON.stringify({ ...json, added_tokens: added }) },
    (folder) =>
      assert.rejects(
        loadTokenizer({ tokenizer: join(folder, "tokenizer.json") }),
        isMistake("weights", '"<far>" has the id 500, but Python\'s tokenizers give it 77'),
      ),
  );
});
