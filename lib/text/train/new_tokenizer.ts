/**
 * A tokenizer that is trained on texts, as `tokenizer.json` has it.
 *
 * @module
 */
import { trainBytePairs } from "./byte_pairs.ts";

/** The token that begins and ends texts, as in GPT-2. */
export const endToken = "<|endoftext|>";
const unknownToken = "<|unknown|>";
/** Those of encoder-decoders that close texts and that fill short rows, with their ids. */
const closeToken = "</s>";
const padToken = "<pad>";
/** The id of the token that ends a text. */
export const endId = 0;
/** The id of the padding token of encoder-decoders, with which their decoder starts. */
export const padId = 1;

/** A pair is merged where it comes twice. */
const minFrequency = 2;

/** The files of a tokenizer. */
export interface NewTokenizer {
  readonly vocabSize: number;
  /** `tokenizer.json` */
  readonly tokenizer: Readonly<Record<string, unknown>>;
  /** `tokenizer_config.json` */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What the tokenizer of an encoder-decoder has beside tokens of texts. */
export interface PairTokens {
  /** Tokens that sources begin with, such as `>>de<<`. */
  readonly marks: readonly string[];
}

/** The tokens by which sources ask for languages, as OPUS-MT has them: `de` → `>>de<<`. */
export function languageMarks(languages: readonly string[]): string[] {
  return languages.map((language) => `>>${language}<<`);
}

/** The tokens that stand for no text, in the order of their ids. */
export function specialTokens(kind: "bytes" | "characters", pairs?: PairTokens): string[] {
  return [
    ...pairs ? [closeToken, padToken] : [endToken],
    ...kind === "characters" ? [unknownToken] : [],
    ...pairs?.marks ?? [],
  ];
}

/**
 * Trains a tokenizer of at most so many tokens; id 0 is the token that ends a text. With `pairs` it is
 * one for encoder-decoders: the token stands behind every text, and id 1 fills short rows.
 */
export function newTokenizer(
  texts: Iterable<string>,
  kind: "bytes" | "characters",
  vocabSize: number,
  pairs?: PairTokens,
): NewTokenizer {
  const special = specialTokens(kind, pairs);
  const read = pairs && pairs.marks.length > 0 ? withoutMarks(texts, pairs.marks) : texts;
  const made = kind === "bytes"
    ? bytes(read, vocabSize, special)
    : characters(read, vocabSize, special);
  const processors = [...made.postProcessors, ...pairs ? [closing()] : []];
  const end = pairs ? closeToken : endToken;
  return {
    vocabSize: made.size,
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: special.map((content, id) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      post_processor: processors.length > 1
        ? { type: "Sequence", processors }
        : processors[0] ?? null,
      ...made.parts,
    },
    settings: {
      tokenizer_class: "PreTrainedTokenizerFast",
      ...pairs ? { pad_token: padToken } : { bos_token: end },
      eos_token: end,
      clean_up_tokenization_spaces: false,
      ...(kind === "characters" ? { unk_token: unknownToken } : {}),
    },
  };
}

/** What stands between marks, which are no text to learn pairs from. */
function* withoutMarks(texts: Iterable<string>, marks: readonly string[]): Iterable<string> {
  const pattern = new RegExp(marks.join("|")); // names of letters, digits and hyphens
  for (const text of texts) yield* text.split(pattern);
}

/** Puts the closing token behind each text. */
function closing() {
  const text = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const close = { SpecialToken: { id: closeToken, type_id: 0 } };
  return {
    type: "TemplateProcessing",
    single: [text("A"), close],
    pair: [text("A"), close, text("B"), close],
    special_tokens: { [closeToken]: { id: closeToken, ids: [endId], tokens: [closeToken] } },
  };
}

function bytes(texts: Iterable<string>, vocabSize: number, specialTokens: readonly string[]) {
  const settings = { vocabSize, specialTokens, minFrequency };
  const { tokens, merges } = trainBytePairs(texts, settings);
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  return {
    size: tokens.length,
    postProcessors: [{ ...byteLevel, trim_offsets: false, use_regex: true }],
    parts: {
      pre_tokenizer: { ...byteLevel, use_regex: true },
      decoder: { ...byteLevel, use_regex: true },
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        merges,
      },
    },
  };
}

/** The most frequent characters; of equally frequent ones those that Unicode has first. */
function characters(texts: Iterable<string>, vocabSize: number, special: readonly string[]) {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const kept = [...counts].sort(([a, of], [b, than]) =>
    than - of || a.codePointAt(0)! - b.codePointAt(0)!
  ).slice(0, Math.max(0, vocabSize - special.length)).map(([character]) => character);
  const tokens = [...special, ...kept];
  return {
    size: tokens.length,
    postProcessors: [],
    parts: {
      pre_tokenizer: {
        type: "Split",
        pattern: { Regex: "[\\s\\S]" },
        behavior: "Isolated",
        invert: false,
      },
      decoder: { type: "Fuse" },
      model: {
        type: "WordLevel",
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        unk_token: unknownToken,
      },
    },
  };
}
