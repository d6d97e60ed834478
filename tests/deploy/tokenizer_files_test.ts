/** The tokenizer's files of deployed folders mean what training did. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, merged, model, onnx } from "tunebook";
import { pythonFiles, type TokenizerUse } from "../../lib/text/python_files.ts";
import { readTokenizerFiles } from "../../lib/text/read_tokenizer_files.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { moods, tinyModel, tinyTokenizer } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

type Json = Record<string, unknown>;

const use: TokenizerUse = {
  modelType: "bert",
  usesTypes: true,
  padId: 0,
  maxTokens: 64,
  withoutClosing: [],
};
const bert = tinyTokenizer() as Record<string, Json>;
const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path));
const writeJson = (path: string, json: unknown) => Deno.writeTextFile(path, JSON.stringify(json));
const closing = (id: string, type_id: number) => ({ SpecialToken: { id, type_id } });

/** BERT's own template: the second text's end is of the second segment. */
const ownTemplate = {
  ...bert.post_processor,
  pair: [...(bert.post_processor.pair as Json[]).slice(0, -1), closing("[SEP]", 1)],
};

/** What is written for a tokenizer.json with settings. */
async function written(json: Json, settings?: Json, changes: Partial<TokenizerUse> = {}) {
  return await inFolder(async (folder) => {
    const files = {
      tokenizer: join(folder, "tokenizer.json"),
      modelType: "bert",
      ...(settings ? { tokenizerConfig: join(folder, "tokenizer_config.json") } : {}),
    };
    await writeJson(files.tokenizer, json);
    if (files.tokenizerConfig) await writeJson(files.tokenizerConfig, settings);
    const tokenizer = await loadTokenizer(files);
    return pythonFiles(await readTokenizerFiles(files), tokenizer, { ...use, ...changes });
  });
}

Deno.test("a cased BERT without settings gets the flags that make Python read it so", async () => {
  const normalizer = { ...bert.normalizer, lowercase: false };
  const { settings, tokenizer } = await written({
    ...bert,
    normalizer,
    post_processor: ownTemplate,
  });
  assert.deepEqual(settings, {
    tokenizer_class: "BertTokenizer",
    do_lower_case: false,
    strip_accents: null,
    tokenize_chinese_chars: true,
    unk_token: "[UNK]",
    sep_token: "[SEP]",
    pad_token: "[PAD]",
    cls_token: "[CLS]",
    mask_token: "[MASK]",
    clean_up_tokenization_spaces: false,
    model_input_names: ["input_ids", "token_type_ids", "attention_mask"],
    model_max_length: 64,
    padding_side: "right",
    truncation_side: "right",
  });
  assert.deepEqual(tokenizer.normalizer, normalizer);
});

Deno.test("what BERT's class would make otherwise is read from tokenizer.json alone", async () => {
  const plain = { ...bert, post_processor: ownTemplate };
  const others: Json[] = [
    { normalizer: { ...bert.normalizer, clean_text: false } },
    { normalizer: { type: "Lowercase" } },
    { pre_tokenizer: { type: "Whitespace" } },
    { model: { ...bert.model, max_input_chars_per_word: 9 } },
    { post_processor: bert.post_processor },
    { post_processor: null },
  ];
  for (const other of others) {
    const { settings } = await written({ ...plain, ...other });
    assert.equal(settings.tokenizer_class, "PreTrainedTokenizerFast", JSON.stringify(other));
    const { settings: browser } = await written({ ...plain, ...other }, undefined, {
      forBrowsers: true,
    });
    assert.equal(browser.tokenizer_class, "BertTokenizer");
  }
  assert.equal((await written(plain)).settings.tokenizer_class, "BertTokenizer");
});

Deno.test("tokenizer.json pads and truncates as training did, where it did either", async () => {
  const padding = { direction: "Left", pad_id: 4, pad_token: "[MASK]", pad_to_multiple_of: 8 };
  const truncation = { direction: "Left", max_length: 9, strategy: "OnlyFirst", stride: 3 };
  const { tokenizer } = await written({ ...bert, padding, truncation });
  assert.deepEqual(tokenizer.truncation, {
    direction: "Right",
    max_length: 64,
    strategy: "LongestFirst",
    stride: 0,
  });
  assert.deepEqual(tokenizer.padding, {
    direction: "Right",
    strategy: "BatchLongest",
    pad_id: 0,
    pad_token: "[PAD]",
    pad_type_id: 0,
    pad_to_multiple_of: null,
  });
  const bare = (await written(bert)).tokenizer;
  assert.deepEqual([bare.padding, bare.truncation], [null, null]);
});

Deno.test("the flags of tokenizer_config.json end up in tokenizer.json", async () => {
  const { settings, tokenizer } = await written(
    { ...bert, post_processor: ownTemplate },
    { do_lower_case: false, strip_accents: true, tokenize_chinese_chars: false },
  );
  assert.deepEqual(tokenizer.normalizer, {
    ...bert.normalizer,
    lowercase: false,
    strip_accents: true,
    handle_chinese_chars: false,
  });
  const { do_lower_case, strip_accents, tokenize_chinese_chars } = settings;
  assert.deepEqual([do_lower_case, strip_accents, tokenize_chinese_chars], [false, true, false]);
});

Deno.test("a decoder's texts are not closed with the padding token, here and in Python", () =>
  inFolder(async (folder) => {
    const base = join(folder, "base");
    const reference = await tinyModel(base, "gpt2-classes");
    const padId = 3; // [SEP], which closes the texts
    const config = { ...await readJson(join(base, "config.json")), pad_token_id: padId };
    await writeJson(join(base, "config.json"), config);
    await writeJson(join(base, "tokenizer_config.json"), {
      pad_token: "[SEP]",
      eos_token: "[SEP]",
      padding_side: "left",
    });
    const places = ["adapter", "merged", "onnx"].map((name) => join(folder, name));
    const result = await model(reference)
      .data(moods(24), { text: "text", label: "mood" })
      .adapt(lora({ rank: 2 }))
      .train({ epochs: 1, maxTokens: 6 })
      .deploy(adapter(places[0]), merged(places[1]), onnx(places[2]))
      .run({ quiet: true });
    await result.dispose();
    for (const place of places) {
      const tokenizer = await loadTokenizer({
        tokenizer: join(place, "tokenizer.json"),
        tokenizerConfig: join(place, "tokenizer_config.json"),
      });
      assert.equal(tokenizer.padId, padId);
      assert.equal(tokenizer.padSide, "right");
      const { ids } = tokenizer.encode("the food was very very good and lovely", "", {
        maxTokens: 6,
      });
      // [CLS] opens; the last token is the one that both read.
      assert.deepEqual([ids.length, ids[0], ids.includes(padId)], [6, 2, false]);
      const settings = await readJson(join(place, "tokenizer_config.json"));
      assert.deepEqual([settings.pad_token, settings.model_max_length], ["[SEP]", 6]);
    }
    const deployed = await readJson(join(places[1], "config.json"));
    assert.equal(deployed.pad_token_id, padId);
  }));

Deno.test("the tokenizer without a closing token leaves it out at the end of texts, too", async () => {
  const tokenizer = await inFolder(async (folder) => {
    await writeJson(join(folder, "tokenizer.json"), bert);
    return await loadTokenizer({ tokenizer: join(folder, "tokenizer.json") });
  });
  const open = tokenizer.withoutClosing(3);
  const whole = [...tokenizer.encode("good food").ids];
  assert.deepEqual([...open.encode("good food").ids], whole.slice(0, -1));
  assert.deepEqual([...open.encode("good food [SEP] [SEP]").ids], whole.slice(0, -1));
  assert.deepEqual([...open.encode("good [SEP] food").ids], [2, whole[1], 3, whole[2]]);
  assert.deepEqual([open.specialTokens(false), open.specialTokens(true)], [1, 2]);
  assert.deepEqual([...open.encode("good", "food").ids], [2, whole[1], 3, whole[2]]);
});
