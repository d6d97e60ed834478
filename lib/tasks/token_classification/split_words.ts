/**
 * A text → its words.
 *
 * @module
 */

/**
 * How a text becomes words:
 *
 * - `words`: runs of letters and digits, and every other character by itself; characters of scripts
 *   that put no spaces between words, such as Chinese and Thai, are words by themselves;
 * - `spaces`: what stands between white space;
 * - `characters`: every character by itself, for spans that begin and end inside of words.
 */
export type WordSplit = "words" | "spaces" | "characters";

/** A word of a text, in UTF-16 code units. */
export interface Word {
  readonly start: number;
  readonly end: number;
}

const unspaced = String
  .raw`[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]`;
const patterns: Readonly<Record<WordSplit, RegExp>> = {
  words: new RegExp(
    String.raw`${unspaced}\p{M}*|(?:(?!${unspaced})[\p{L}\p{N}\p{M}_])+|[^\s\p{L}\p{N}\p{M}_]`,
    "gu",
  ),
  spaces: /\S+/gu,
  characters: /\S\p{M}*/gu,
};

/** All of them. */
export const wordSplits: readonly string[] = Object.keys(patterns);

/** The words of a text, in order; white space is in none. */
export function splitWords(text: string, split: WordSplit): Word[] {
  return Array.from(text.matchAll(patterns[split]), ({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
  }));
}
