/**
 * A tokenizer that is trained on texts, as `tokenizer.json` has it.
 *
 * @module
 */
import { trainBytePairs } from "./byte_pairs.ts";

/** The token that begins and ends texts, as in GPT-2. */
export const endToken = "<|endoftext|>";
const unknownToken = "<|unknown|>";

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

/** Trains a tokenizer of at most so many tokens; id 0 is the token that ends a text. */
export function newTokenizer(
  texts: Iterable<string>,
  kind: "bytes" | "characters",
  vocabSize: number,
): NewTokenizer {
  const made = kind === "bytes" ? bytes(texts, vocabSize) : characters(texts, vocabSize);
  const special = kind === "bytes" ? [endToken] : [endToken, unknownToken];
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
      ...made.parts,
    },
    settings: {
      tokenizer_class: "PreTrainedTokenizerFast",
      bos_token: endToken,
      eos_token: endToken,
      clean_up_tokenization_spaces: false,
      ...(kind === "characters" ? { unk_token: unknownToken } : {}),
    },
  };
}

function bytes(texts: Iterable<string>, vocabSize: number) {
  const settings = { vocabSize, specialTokens: [endToken], minFrequency };
  const { tokens, merges } = trainBytePairs(texts, settings);
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  return {
    size: tokens.length,
    parts: {
      pre_tokenizer: { ...byteLevel, use_regex: true },
      post_processor: { ...byteLevel, trim_offsets: false, use_regex: true },
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
function characters(texts: Iterable<string>, vocabSize: number) {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  }
  const kept = [...counts].sort(([a, of], [b, than]) =>
    than - of || a.codePointAt(0)! - b.codePointAt(0)!
  ).slice(0, Math.max(0, vocabSize - 2)).map(([character]) => character);
  const tokens = [endToken, unknownToken, ...kept];
  return {
    size: tokens.length,
    parts: {
      pre_tokenizer: {
        type: "Split",
        pattern: { Regex: "[\\s\\S]" },
        behavior: "Isolated",
        invert: false,
      },
      post_processor: null,
      decoder: { type: "Fuse" },
      model: {
        type: "WordLevel",
        vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
        unk_token: unknownToken,
      },
    },
  };
}
