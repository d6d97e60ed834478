/**
 * Tokenizers whose deployed files Python could read otherwise than training did.
 *
 * @module
 */
import { join } from "node:path";
import { type PythonFiles, pythonFiles, type TokenizerUse } from "../../lib/text/python_files.ts";
import { readTokenizerFiles } from "../../lib/text/read_tokenizer_files.ts";
import { loadTokenizer, type Tokenizer } from "../../lib/text/tokenizer.ts";
import { tinyTokenizer } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

type Json = Record<string, unknown>;

/** A tokenizer, its settings, and how training used it. */
export interface FolderCase {
  readonly json: Json;
  readonly settings?: Json;
  readonly use: TokenizerUse;
}

/** What texts are encoded, cut at 12 tokens. */
export const texts = [
  "Good film was VERY good",
  "bad",
  "the price é 中国 was sad [SEP]",
  "[MASK]  good x y z qq",
  "good ".repeat(60),
  "a\u0000b\u200dc café Cafe\u0301",
  "[PAD] good [PAD]",
];
const maxTokens = 12;

const bert = tinyTokenizer() as Record<string, Json>;
const use: TokenizerUse = {
  modelType: "bert",
  usesTypes: true,
  padId: 0,
  maxTokens,
  withoutClosing: [],
};
const end = { SpecialToken: { id: "[SEP]", type_id: 1 } };
const own = {
  ...bert,
  post_processor: {
    ...bert.post_processor,
    pair: [...(bert.post_processor.pair as Json[]).slice(0, -1), end],
  },
};
const cased = { ...bert.normalizer, lowercase: false };
const left = {
  padding: {
    strategy: "BatchLongest",
    direction: "Left",
    pad_to_multiple_of: 8,
    pad_id: 4,
    pad_type_id: 0,
    pad_token: "[MASK]",
  },
  truncation: { direction: "Left", max_length: 5, strategy: "LongestFirst", stride: 0 },
};
const decoder = { ...use, usesTypes: false, padId: 3, withoutClosing: [3] };

/** The cases by name. */
export const cases: Readonly<Record<string, FolderCase>> = {
  "BERT": { json: own, use },
  "cased BERT without settings": { json: { ...own, normalizer: cased }, use },
  "cased BERT with a template of its own": { json: { ...bert, normalizer: cased }, use },
  "BERT that keeps control characters": {
    json: { ...own, normalizer: { ...bert.normalizer, clean_text: false } },
    use,
  },
  "left side": {
    json: { ...own, ...left },
    settings: { padding_side: "left", truncation_side: "left", tokenizer_class: "BertTokenizer" },
    use,
  },
  "flags of the settings": {
    json: own,
    settings: { do_lower_case: false, tokenize_chinese_chars: false, strip_accents: true },
    use,
  },
  "flags of a token": {
    json: { ...bert, normalizer: null, pre_tokenizer: null },
    settings: {
      added_tokens_decoder: { 4: { content: "[MASK]", lstrip: true, rstrip: true, special: true } },
    },
    use,
  },
  "a padding token that is not in the vocabulary": {
    json: own,
    settings: { pad_token: "<none>", add_eos_token: true, eos_token: "<end>" },
    use,
  },
  "GPT-2 that closes texts with the padding token": {
    json: bert,
    settings: { pad_token: "[SEP]", eos_token: "[SEP]", padding_side: "left" },
    use: { ...decoder, modelType: "gpt2" },
  },
  "Llama that closes texts with the padding token": {
    json: bert,
    settings: { pad_token: "[SEP]", tokenizer_class: "LlamaTokenizer" },
    use: { ...decoder, modelType: "llama" },
  },
};

/** The files that are deployed, and the tokenizer that training used. */
export async function deployed(
  { json, settings, use }: FolderCase,
): Promise<{ files: PythonFiles; tokenizer: Tokenizer }> {
  return await inFolder(async (folder) => {
    const files = {
      tokenizer: join(folder, "tokenizer.json"),
      modelType: use.modelType,
      ...(settings ? { tokenizerConfig: join(folder, "tokenizer_config.json") } : {}),
    };
    await Deno.writeTextFile(files.tokenizer, JSON.stringify(json));
    if (files.tokenizerConfig) {
      await Deno.writeTextFile(files.tokenizerConfig, JSON.stringify(settings));
    }
    const tokenizer = await loadTokenizer(files);
    return {
      files: pythonFiles(await readTokenizerFiles(files), tokenizer, use),
      tokenizer: use.withoutClosing.length > 0 ? tokenizer.withoutClosing(use.padId) : tokenizer,
    };
  });
}

/** A fingerprint of a tokenizer.json. */
export async function digest(json: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
