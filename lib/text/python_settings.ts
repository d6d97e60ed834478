/**
 * How transformers reads a tokenizer.json beside its tokenizer_config.json: the settings' flags win
 * over what the file says.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import type { TokenizerFiles } from "./tokenizer_files.ts";

type Json = Readonly<Record<string, unknown>>;

/** The tokenizer class that transformers takes for a model where the settings name none. */
const classes: Readonly<Record<string, string>> = {
  bert: "BertTokenizer",
  distilbert: "DistilBertTokenizer",
  roberta: "RobertaTokenizer",
  "xlm-roberta": "XLMRobertaTokenizer",
  gpt2: "GPT2Tokenizer",
};

const bertClasses = new Set(["BertTokenizer", "DistilBertTokenizer", "ElectraTokenizer"]);
const byteClasses = new Set(["GPT2Tokenizer", "RobertaTokenizer"]);

/** Flags of BERT's classes → fields of the normalizer. */
const bertFlags = {
  do_lower_case: "lowercase",
  strip_accents: "strip_accents",
  tokenize_chinese_chars: "handle_chinese_chars",
};

/** The special tokens that settings name. */
export const namedTokens = [
  "bos_token",
  "eos_token",
  "unk_token",
  "sep_token",
  "pad_token",
  "cls_token",
  "mask_token",
];

/** The name of a tokenizer's class in Python, without `Fast`; undefined where only the file counts. */
export function tokenizerClass(
  settings: Json,
  { modelType = "", config = {} }: Pick<TokenizerFiles, "modelType" | "config">,
): string | undefined {
  const named = settings.tokenizer_class ?? config.tokenizer_class;
  return typeof named === "string" ? named.replace(/Fast$/, "") : classes[modelType];
}

/**
 * The tokenizer.json that says what transformers makes of both files. Where a flag is absent, the
 * file counts, though transformers would take the default of its class.
 *
 * Throws a `TunebookError` of kind "unsupported" for settings that contradict the file in a way that
 * versions of transformers read otherwise.
 */
export function followSettings(json: Json, settings: Json, files: TokenizerFiles): Json {
  const name = tokenizerClass(settings, files) ?? "";
  const refuse = (field: string, why: string) =>
    new TunebookError(
      "unsupported",
      `${files.tokenizerConfig} has ${field}: ${
        shownValue(settings[field])
      }, but ${why}; take the ` +
        `field out, or make ${files.tokenizer} agree with it`,
    );
  if (settings.split_special_tokens === true) {
    throw refuse("split_special_tokens", "tunebook reads special tokens in texts as such");
  }
  let followed = withTokens(json, settings);
  if (bertClasses.has(name)) followed = withBertFlags(followed, settings, refuse);
  if (byteClasses.has(name)) followed = withPrefixSpace(followed, settings);
  if (name === "LlamaTokenizer") checkLlama(followed, settings, refuse);
  return followed;
}

type Refuse = (field: string, why: string) => TunebookError;

function withBertFlags(json: Json, settings: Json, refuse: Refuse): Json {
  const given = Object.keys(bertFlags).filter((flag) => settings[flag] !== undefined);
  if (given.length === 0) return json;
  const normalizer = (json.normalizer ?? {}) as Json;
  if (normalizer.type !== "BertNormalizer") {
    throw refuse(given[0], `the normalizer of tokenizer.json is ${shownValue(normalizer.type)}`);
  }
  const wrong = given.find((flag) =>
    typeof settings[flag] !== "boolean" && !(flag === "strip_accents" && settings[flag] === null)
  );
  if (wrong) throw refuse(wrong, "it must be true or false");
  const fields = Object.fromEntries(
    Object.entries(bertFlags).filter(([flag]) => given.includes(flag))
      .map(([flag, field]) => [field, settings[flag]]),
  );
  return { ...json, normalizer: { ...normalizer, ...fields } };
}

function withPrefixSpace(json: Json, { add_prefix_space: flag }: Json): Json {
  const step = json.pre_tokenizer as Json | null | undefined;
  if (typeof flag !== "boolean" || step?.type !== "ByteLevel") return json;
  const after = json.post_processor as Json | null | undefined;
  return {
    ...json,
    pre_tokenizer: { ...step, add_prefix_space: flag },
    ...(after?.type === "RobertaProcessing"
      ? { post_processor: { ...after, add_prefix_space: flag } }
      : {}),
  };
}

/** Of Llama's class each version of transformers makes another tokenizer where flags contradict. */
function checkLlama(json: Json, settings: Json, refuse: Refuse): void {
  const { model, pre_tokenizer: before, normalizer } = json as Record<string, Json | null>;
  if (model?.type !== "BPE" || model.byte_fallback !== true) return;
  const text = JSON.stringify([before, normalizer]);
  const prepends = text.includes('"Prepend"') ||
    (text.includes('"Metaspace"') && !text.includes('"prepend_scheme":"never"'));
  if (typeof settings.add_prefix_space === "boolean" && settings.add_prefix_space !== prepends) {
    throw refuse("add_prefix_space", `tokenizer.json ${prepends ? "puts one" : "puts none"}`);
  }
  for (const [flag, token] of [["add_bos_token", "bos_token"], ["add_eos_token", "eos_token"]]) {
    const content = contentOf(settings[token]);
    if (typeof settings[flag] !== "boolean" || content === undefined) continue;
    const adds = JSON.stringify(json.post_processor ?? null).includes(
      `"SpecialToken":{"id":${JSON.stringify(content)}`,
    );
    if (adds !== settings[flag]) {
      throw refuse(flag, `the post-processor of tokenizer.json ${adds ? "adds it" : "does not"}`);
    }
  }
}

/** The text of a special token in the settings: given as such, or as an object that has it. */
export function contentOf(token: unknown): string | undefined {
  const content = typeof token === "string"
    ? token
    : (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

const flags = ["single_word", "lstrip", "rstrip", "normalized"] as const;

/** The added tokens with the flags of the settings; a special token of the vocabulary is one, too. */
function withTokens(json: Json, settings: Json): Json {
  const list = json.added_tokens ?? [];
  if (!Array.isArray(list)) return json;
  const vocab = (json.model as { vocab?: unknown } | undefined)?.vocab;
  const decoder = (settings.added_tokens_decoder ?? {}) as Record<string, Json>;
  const listed = new Map<unknown, Json>(
    Object.values(decoder).map((each) => [each?.content, each]),
  );
  const named = namedTokens.flatMap((name): [string, Json][] => {
    const content = contentOf(settings[name]);
    const own = typeof settings[name] === "object" ? settings[name] as Json : {};
    return content === undefined ? [] : [[content, own]];
  });
  for (const [content, own] of named) if (!listed.has(content)) listed.set(content, own);
  const changed = list.map((token: Json | null) => {
    const other = listed.get(token?.content);
    if (!token || !other) return token;
    const given = flags.filter((flag) => typeof other[flag] === "boolean");
    return { ...token, ...Object.fromEntries(given.map((flag) => [flag, other[flag]])) };
  });
  const present = new Set(list.map((token: Json | null) => token?.content));
  const more = [...new Map(named)].flatMap(([content, own]) => {
    const id = present.has(content) ? undefined : idIn(vocab, content);
    if (id === undefined) return [];
    const token = Object.fromEntries(flags.map((flag) => [flag, own[flag] === true]));
    return [{ id, content, ...token, special: true }];
  });
  return { ...json, added_tokens: [...changed, ...more] };
}

function idIn(vocab: unknown, content: string): number | undefined {
  if (Array.isArray(vocab)) {
    const id = vocab.findIndex((entry) => Array.isArray(entry) && entry[0] === content);
    return id < 0 ? undefined : id;
  }
  const id = (vocab as Record<string, unknown> | null | undefined)?.[content];
  return typeof id === "number" ? id : undefined;
}
