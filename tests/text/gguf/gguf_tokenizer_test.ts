import assert from "node:assert/strict";
import { join } from "node:path";
import { ggufPreTokenizers } from "../../../lib/text/gguf/pre_tokenizers.ts";
import { readTokenizerSettings } from "../../../lib/text/read_tokenizer_files.ts";
import { loadTokenizer } from "../../../lib/text/tokenizer.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";
import { ggufBytes, typeNumbers, type Value } from "../../weights/gguf/write_gguf.ts";

const { string, bool, uint32, int32, float32 } = typeNumbers;
const golden = JSON.parse(await Deno.readTextFile(goldenPath("gguf/tokenizers.json")));
const { tokens, kinds, merges } = golden.vocabulary;
const texts: string[] = golden.texts;

async function withFile<Result>(
  metadata: readonly (readonly [string, Value])[],
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "model.gguf");
    const architecture = ["general.architecture", [string, "llama"]] as const;
    await Deno.writeFile(path, ggufBytes({ metadata: [architecture, ...metadata] }));
    return await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The golden vocabulary of bytes with some keys changed or, if undefined, left out. */
function bytesWith(changes: Readonly<Record<string, Value | undefined>>) {
  const keys: Record<string, Value | undefined> = {
    model: [string, "gpt2"],
    pre: [string, "gpt-2"],
    tokens: [string, tokens],
    token_type: [int32, kinds],
    merges: [string, merges],
    eos_token_id: [uint32, 1],
    ...changes,
  };
  return Object.entries(keys).flatMap(([key, value]) =>
    value ? [[`tokenizer.ggml.${key}`, value] as const] : []
  );
}

const idsOf = async (path: string) => {
  const tokenizer = await loadTokenizer({ tokenizer: path });
  return texts.map((text) => [...tokenizer.tokens(text).ids]);
};

for (const [name, expected] of Object.entries<number[][]>(golden.cuts)) {
  Deno.test(`vocabularies of bytes cut as ${name} give the ids of Python's tokenizers`, async () => {
    const found = await withFile(bytesWith({ pre: [string, name] }), idsOf);
    for (const [i, text] of texts.entries()) assert.deepEqual(found[i], expected[i], text);
  });
}

for (const [name, expected] of Object.entries<number[][]>(golden.models)) {
  Deno.test(`the tokenizer in ${name}.gguf gives transformers' ids`, async () => {
    const found = await idsOf(goldenPath(`gguf/${name}.gguf`));
    for (const [i, text] of texts.entries()) {
      // Of a GGUF file transformers leaves out the normal form that Qwen's own tokenizer has.
      if (name.startsWith("qwen") && text !== text.normalize("NFC")) continue;
      assert.deepEqual(found[i], expected[i], JSON.stringify(text));
    }
  });
}

Deno.test("special tokens, their places and the chat template come from the file", async () => {
  const path = goldenPath("gguf/gemma3.gguf");
  const tokenizer = await loadTokenizer({ tokenizer: path });
  const bos = tokenizer.tokenId("<bos>")!;
  assert.equal(tokenizer.encode("Hello").ids[0], bos);
  assert.equal(tokenizer.texts.pad_token, "<pad>");
  assert.equal(tokenizer.decode(tokenizer.encode("Was ist <bos>das?").ids), "Was ist das?");
  const settings = await readTokenizerSettings(path);
  assert.match(String(settings.chat_template), /im_start/);
  assert.equal(settings.eos_token, "<eos>");

  const llama = await loadTokenizer({ tokenizer: goldenPath("gguf/llama.gguf") });
  assert.equal(llama.decode(llama.encode("Was ist das?").ids), "Was ist das?");
});

Deno.test("tokens are put around texts as the file says, or as its kind does", async () => {
  const around = async (changes: Readonly<Record<string, Value>>) =>
    await withFile(bytesWith({ bos_token_id: [uint32, 0], ...changes }), async (path) => {
      const { ids } = (await loadTokenizer({ tokenizer: path })).encode("Don");
      return [ids[0] === 0, ids.at(-1) === 1];
    });
  assert.deepEqual(await around({}), [false, false]);
  assert.deepEqual(await around({ pre: [string, "llama-bpe"] }), [true, false]);
  assert.deepEqual(await around({ add_bos_token: [bool, 1] }), [true, false]);
  assert.deepEqual(await around({ add_bos_token: [bool, 1], add_eos_token: [bool, 1] }), [
    true,
    true,
  ]);
});

Deno.test("several chat templates are a list with names", async () => {
  const found = await withFile([
    ...bytesWith({}),
    ["tokenizer.chat_template", [string, "a"]],
    ["tokenizer.chat_template.tool_use", [string, "b"]],
    ["tokenizer.chat_templates", [string, ["tool_use"]]],
  ], readTokenizerSettings);
  assert.deepEqual(found.chat_template, [
    { name: "default", template: "a" },
    { name: "tool_use", template: "b" },
  ]);
});

const refusals: [what: string, changes: Record<string, Value | undefined>, says: string[]][] = [
  ["another way to cut", { pre: [string, "qwen3"] }, [
    'tokenizer.ggml.pre is "qwen3"',
    ...Object.keys(ggufPreTokenizers),
  ]],
  ["no way to cut", { pre: undefined }, ["tokenizer.ggml.pre is missing"]],
  ["another model", { model: [string, "rwkv"] }, ["tokenizer.ggml.model is rwkv"]],
  ["no model", { model: undefined }, ["lacks the key tokenizer.ggml.model"]],
  ["no tokens", { tokens: undefined }, ["lacks the key tokenizer.ggml.tokens"]],
  ["no merges", { merges: undefined }, ["lacks the key tokenizer.ggml.merges"]],
  ["numbers for tokens", { tokens: [int32, [1, 2]] }, ["tokenizer.ggml.tokens is a list of int32"]],
  ["a text for tokens", { tokens: [string, "x"] }, ["tokenizer.ggml.tokens is no list"]],
  ["a token twice", { tokens: [string, [...tokens.slice(1), tokens[1]]] }, [
    "tokenizer.ggml.tokens has",
    "at 0 and at 385",
  ]],
  ["too few kinds", { token_type: [int32, [1]] }, ["token_type has 1 values for 386 tokens"]],
  ["an id beyond", { eos_token_id: [uint32, 386] }, ["eos_token_id is 386", "386 tokens"]],
  ["a merge of one", { merges: [string, ["ab"]] }, ['merges has "ab" as merge 1']],
  ["a merge of unknown tokens", { merges: [string, ["Q9 Q8"]] }, ["tokens that do not exist"]],
  ["a first token without an id", { add_bos_token: [bool, 1] }, [
    "lacks the key tokenizer.ggml.bos_token_id",
  ]],
  ["a switch that is a number", { add_bos_token: [uint32, 7] }, ["add_bos_token is 7"]],
  ["too few scores", { model: [string, "llama"], merges: undefined, scores: [float32, [1]] }, [
    "scores has 1 values for 386 tokens",
  ]],
  ["a score that is no number", {
    model: [string, "llama"],
    merges: undefined,
    scores: [float32, tokens.map(() => NaN)],
  }, ["scores has NaN for the token 0"]],
];

for (const [what, changes, says] of refusals) {
  Deno.test(`${what} in a GGUF tokenizer is an error that names file and key`, async () => {
    await withFile(bytesWith(changes), async (path) => {
      const kind = /another|no way/.test(what) ? "unsupported" : "weights";
      await assert.rejects(loadTokenizer({ tokenizer: path }), isMistake(kind, path, ...says));
    });
  });
}
