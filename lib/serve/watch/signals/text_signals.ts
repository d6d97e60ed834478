/**
 * What is watched of a request's texts: their length, their language, their words as a vector, and how much
 * of them the tokenizer does not know.
 *
 * @module
 */
import { francAll } from "franc-min";
import { isRecord } from "../../../core/objects.ts";
import { packVector, type RowSignals, vectorSize } from "./row_signals.ts";

/** The rest of a longer text is not looked at. */
export const mostCharacters = 10_000;
/** Fewer letters tell no language. */
const leastLetters = 20;
/** Inputs of chats are nested so deep at most. */
const deepest = 6;

const segmenter = new Intl.Segmenter("und", { granularity: "word" });

/** The texts of an input, as `predict` takes it: a text, a pair, a question, a conversation. */
export function textsOfInput(input: unknown, depth = 0): string[] {
  if (typeof input === "string") return [input];
  if (depth === deepest) return [];
  if (Array.isArray(input)) return input.flatMap((each) => textsOfInput(each, depth + 1));
  if (!isRecord(input)) return [];
  // The role of a message is one of a few words.
  return Object.entries(input).flatMap(([name, value]) =>
    name === "role" ? [] : textsOfInput(value, depth + 1)
  );
}

/**
 * Measures one input's texts.
 *
 * @param unknownShare the share of the tokens that the vocabulary lacks, where that is known
 */
export function textSignals(texts: readonly string[], unknownShare?: number): RowSignals {
  const text = texts.join("\n").slice(0, mostCharacters).toWellFormed();
  const words = wordsOf(text);
  return {
    numbers: {
      words: words.length,
      ...(unknownShare === undefined ? {} : { "unknown tokens": unknownShare }),
    },
    classes: { language: languageOf(text) },
    vector: wordVector(words),
  };
}

/** The number of words of a text. */
export function countWords(text: string): number {
  return wordsOf(text.slice(0, mostCharacters).toWellFormed()).length;
}

/** Words in lower case, by Unicode's rules, which also part Chinese and Thai. */
function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text)) {
    if (isWordLike) words.push(segment.toLowerCase());
  }
  return words;
}

/** ISO 639-3, by trigrams (franc), or `unknown`. */
function languageOf(text: string): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (letters < leastLetters) return "unknown";
  const [[language]] = francAll(text);
  return language === "und" ? "unknown" : language;
}

/**
 * Which words a text has, hashed into a vector with signs, so that words which share a place do not add up
 * (Weinberger et al., 2009).
 */
function wordVector(words: readonly string[]): Int8Array {
  const vector = new Float64Array(vectorSize);
  for (const word of new Set(words)) {
    const hash = hashOf(word);
    vector[(hash >>> 1) % vectorSize] += hash & 1 ? 1 : -1;
  }
  return packVector(vector);
}

/** FNV-1a over UTF-16 units, mixed once more, so that its lowest bits are as good as the others. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad);
  return (hash ^ (hash >>> 15)) >>> 0;
}
