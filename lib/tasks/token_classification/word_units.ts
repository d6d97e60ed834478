/**
 * Which tokens belong to which words.
 *
 * @module
 */
import type { TextTokens, Tokenizer } from "../../text/tokenizer.ts";
import type { TextRow } from "./tagged_rows.ts";

/**
 * One word with its tokens, or several words that share their first token. They learn and answer
 * together.
 */
export interface WordUnit {
  /** The first token, counted in the text. */
  readonly from: number;
  /** The token after the last. */
  readonly to: number;
  /** The first word. */
  readonly word: number;
  /** How many words. */
  readonly words: number;
}

/** A text's tokens, without special tokens. */
export interface UnitTokens extends TextTokens {
  /** In order; a word that has no token is in none of them. */
  readonly units: readonly WordUnit[];
  /**
   * The word of each token, where the words were given as a list, [tokens]; a text's tokens know no
   * words.
   */
  readonly wordOf?: Int32Array;
}

/** The space before a word where it is a token by itself, of byte-level and of SentencePiece's tokenizers. */
const spaceMarks: ReadonlySet<string> = new Set(["Ġ", "▁"]);

/**
 * The tokens of a row: of a list each word by itself, of a text all at once, as transformers' pipeline
 * reads both. A token is of every word that it shares a character with; a lone space is of the word
 * behind it, as it is in lists.
 */
export function unitTokens(
  { text, words, isList }: TextRow,
  tokenizer: Pick<Tokenizer, "tokens" | "wordTokens" | "tokenText">,
): UnitTokens {
  const firsts = new Int32Array(words.length).fill(-1);
  const ends = new Int32Array(words.length);
  const add = (word: number, token: number) => {
    if (firsts[word] < 0) firsts[word] = token;
    ends[word] = token + 1;
  };
  if (isList) {
    const { ids, wordOf, ...inWord } = tokenizer
      .wordTokens(words.map(({ start, end }) => text.slice(start, end)));
    wordOf.forEach(add);
    const offset = (at: number, token: number) => at + words[wordOf[token]].start;
    return {
      ids,
      starts: inWord.starts.map(offset),
      ends: inWord.ends.map(offset),
      units: unitsOf(firsts, ends),
      wordOf,
    };
  }
  const tokens = tokenizer.tokens(text);
  const { length } = tokens.ids;
  const isBefore = (token: number, start: number) =>
    tokens.ends[token] < start ||
    (tokens.ends[token] === start && !spaceMarks.has(tokenizer.tokenText(tokens.ids[token])));
  let first = 0;
  words.forEach(({ start, end }, word) => {
    // Tokens are in the order of the text, and one may be of the next word too.
    while (first < length && isBefore(first, start)) first++;
    for (let at = first; at < length && tokens.starts[at] < end; at++) {
      if (!isBefore(at, start)) add(word, at);
    }
  });
  return { ...tokens, units: unitsOf(firsts, ends) };
}

function unitsOf(firsts: Int32Array, ends: Int32Array): WordUnit[] {
  const units: WordUnit[] = [];
  firsts.forEach((from, word) => {
    if (from < 0) return;
    const last = units.at(-1);
    if (last?.from !== from) units.push({ from, to: ends[word], word, words: 1 });
    else {
      const to = Math.max(last.to, ends[word]);
      units[units.length - 1] = { ...last, to, words: word - last.word + 1 };
    }
  });
  return units;
}
