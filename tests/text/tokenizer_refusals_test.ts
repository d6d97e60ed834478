/** What is wrong with a tokenizer is said when it is opened: the file, the part, the token. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { loadTokenizer, type Tokenizer } from "../../lib/text/tokenizer.ts";
import { isMistake } from "../is_mistake.ts";
import { tinyTokenizer } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

type Json = Record<string, unknown>;

const bert = tinyTokenizer() as Record<string, Json>;
const vocab = bert.model.vocab as Record<string, number>;
const size = Object.keys(vocab).length;

interface Given {
  readonly settings?: Json;
  readonly config?: Json;
  readonly modelType?: string;
}

async function open(json: Json, { settings, ...rest }: Given = {}): Promise<Tokenizer> {
  return await inFolder(async (folder) => {
    const tokenizer = join(folder, "tokenizer.json");
    const tokenizerConfig = settings && join(folder, "tokenizer_config.json");
    await Deno.writeTextFile(tokenizer, JSON.stringify(json));
    if (tokenizerConfig) await Deno.writeTextFile(tokenizerConfig, JSON.stringify(settings));
    return await loadTokenizer({
      tokenizer,
      config: { vocab_size: size, type_vocab_size: 2 },
      ...(tokenizerConfig ? { tokenizerConfig } : {}),
      ...rest,
    });
  });
}

const withVocab = (change: Json): Json => ({
  ...bert,
  model: { ...bert.model, vocab: { ...vocab, ...change } },
});
const withTemplate = (change: Json): Json => ({
  ...bert,
  post_processor: { ...bert.post_processor, ...change },
});
const added = bert.added_tokens as unknown as Json[];

const weights: [what: string, json: Json, ...said: (string | RegExp)[]][] = [
  ["a negative id", withVocab({ k: -5 }), /tokenizer\.json/, 'the token "k" has the id -5'],
  ["an id with a fraction", withVocab({ k: 1.5 }), 'the token "k" has the id 1.5'],
  ["an id that is text", withVocab({ k: "7" }), 'the token "k" has the id "7"'],
  [
    "an id of more than 32 bits",
    withVocab({ k: 2 ** 40 }),
    'the token "k" has the id 1099511627776',
  ],
  ["an enormous id", withVocab({ k: 4e9 }), "has 4000000001 tokens", "knows only 77"],
  ["an id beyond the table", withVocab({ k: size }), "has 78 tokens", "knows only 77"],
  ["an id twice", withVocab({ k: vocab.l }), /"[kl]" and "[kl]" have the same id/],
  ["a token of 100,000 letters", withVocab({ ["x".repeat(1e5)]: -1 }), /"x{79}… has the id -1/],
  ["no vocabulary", { ...bert, model: { ...bert.model, vocab: null } }, '"vocab" is null'],
  ["a list as vocabulary", { ...bert, model: { ...bert.model, vocab: [1] } }, '"vocab" is [1]'],
  ["no model", { ...bert, model: 7 }, '"model" is 7'],
  ["an unknown model", { ...bert, model: { type: "Magic" } }, 'the model "Magic" is not known'],
  [
    "no unknown token",
    { ...bert, model: { ...bert.model, unk_token: "<u>" } },
    'unk_token is "<u>"',
  ],
  ["added tokens as text", { ...bert, added_tokens: "x" }, '"added_tokens" is "x"'],
  ["an added token without text", { ...bert, added_tokens: [null] }, "added token 1 is null"],
  [
    "an added token with a negative id",
    { ...bert, added_tokens: [...added, { content: "<a>", id: -1 }] },
    'the token "<a>" has the id -1',
  ],
  [
    "an added token with a free id that is not the next",
    { ...bert, added_tokens: [...added, { content: "<a>", id: 500, special: true }] },
    'the added token "<a>" has the id 500, but Python\'s tokenizers give it 77',
  ],
  ["no template of a pair", withTemplate({ pair: null }), "TemplateProcessing", '"pair" is null'],
  [
    "a template's id beyond the table",
    withTemplate({ special_tokens: { "[CLS]": { ids: [9999] }, "[SEP]": { ids: [3] } } }),
    "puts the id 9999 around texts",
    "knows only 77",
  ],
  [
    "a segment beyond the table",
    withTemplate({
      pair: [{ Sequence: { id: "A", type_id: 0 } }, { Sequence: { id: "B", type_id: 2 } }],
    }),
    "gives tokens the segment 2",
    "knows only 2",
  ],
  [
    "a behavior that is none",
    { ...bert, pre_tokenizer: { type: "Punctuation", behavior: "Odd" } },
    'the pre-tokenizer Punctuation has the behavior "Odd"; there are Removed, Isolated',
  ],
  [
    "a cut character map",
    { ...bert, normalizer: { type: "Precompiled", precompiled_charsmap: "////" } },
    "Precompiled has no usable precompiled_charsmap: it has 3 bytes",
  ],
  [
    "a merge of no tokens",
    { ...bert, model: { type: "BPE", vocab: { a: 0, b: 1 }, merges: ["a b", ["a"]] } },
    'merge 1 is "a b", of tokens that do not exist',
    'merge 2 is ["a"]',
  ],
];

for (const [what, json, ...said] of weights) {
  Deno.test(`${what}: said when the tokenizer is opened`, async () => {
    await assert.rejects(open(json), isMistake("weights", ...said));
  });
}

Deno.test("all mistakes of a vocabulary are said at once", async () => {
  const json = withVocab({ k: -5, l: -6 });
  const message = /"k" has the id -5[^]*"l" has the id -6/;
  await assert.rejects(open(json), isMistake("weights", message));
});

Deno.test("regular expressions that JavaScript cannot follow are refused by what they are", async () => {
  for (const source of ["(?i)a", "(?i:\\p{L})", "[\\W]", "("]) {
    const pattern = { Regex: source };
    const json = { ...bert, pre_tokenizer: { type: "Split", pattern, behavior: "Isolated" } };
    await assert.rejects(
      open(json),
      isMistake("unsupported", "the pre-tokenizer Split has the regular expression"),
      source,
    );
  }
});

Deno.test("flags of tokenizer_config.json win where they do in transformers", async () => {
  const text = "Good";
  const lower = [...(await open(bert)).encode(text).ids];
  const settings = { do_lower_case: false };
  const cased = await open(bert, { settings, modelType: "bert" });
  assert.notDeepEqual([...cased.encode(text).ids], lower);
  // Without BERT's class the file alone counts.
  for (const other of [{ ...settings, tokenizer_class: "PreTrainedTokenizerFast" }, {}]) {
    const tokenizer = await open(bert, { settings: other, modelType: "bert" });
    assert.deepEqual([...tokenizer.encode(text).ids], lower);
  }
});

Deno.test("added tokens have the flags of tokenizer_config.json", async () => {
  const plain = { ...bert, pre_tokenizer: null, normalizer: null };
  const flags = { content: "[MASK]", lstrip: true, rstrip: true, special: true };
  const settings = { added_tokens_decoder: { 4: flags } };
  const text = "a [MASK] b";
  assert.deepEqual([...(await open(plain)).encode(text).ids], [2, 1, 4, 1, 3]);
  assert.deepEqual([...(await open(plain, { settings })).encode(text).ids], [2, 25, 4, 26, 3]);
});

Deno.test("settings that contradict the file in a way nobody can follow are refused", async () => {
  const odd: [Json, Json, string][] = [
    [bert, { split_special_tokens: true }, "split_special_tokens: true"],
    [{ ...bert, normalizer: null }, { do_lower_case: true }, "do_lower_case: true"],
    [bert, { do_lower_case: "no" }, "it must be true or false"],
  ];
  for (const [json, settings, said] of odd) {
    await assert.rejects(
      open(json, { settings, modelType: "bert" }),
      isMistake("unsupported", "tokenizer_config.json", said),
    );
  }
});

Deno.test("half a surrogate pair is read as files of texts hold it", async () => {
  const tokenizer = await open({ ...bert, normalizer: null });
  for (const half of ["\ud83d", "\ude00"]) {
    const { ids } = tokenizer.encode(`a${half} b`);
    assert.deepEqual(ids, tokenizer.encode("a\ufffd b").ids);
    assert.deepEqual(tokenizer.tokens(`a${half} b`).ids, tokenizer.tokens("a\ufffd b").ids);
  }
});
