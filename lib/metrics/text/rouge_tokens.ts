/**
 * Texts as tokens, for ROUGE.
 *
 * @module
 */
import { porterStem } from "./porter_stem.ts";

/** How ROUGE cuts texts. */
export type RougeTokenizer = "rouge" | "unicode" | "char";

/** Shorter words are not stemmed, as in rouge-score. */
const leastStemmed = 4;

// Scripts that have no spaces between words: each of their characters is a token.
const unspaced =
  "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}" +
  "\\p{Script=Khmer}\\p{Script=Myanmar}]\\p{M}*";
const words = new RegExp(`${unspaced}|(?:(?!${unspaced})[\\p{L}\\p{N}][\\p{M}]*)+`, "gu");

const patterns: Readonly<Record<RougeTokenizer, RegExp>> = {
  rouge: /[a-z0-9]+/g,
  unicode: words,
  char: /[\p{L}\p{N}]\p{M}*/gu,
};

/** The names of the tokenizers. */
export const rougeTokenizers: readonly string[] = Object.keys(patterns);

/** What cuts texts into tokens in lower case; with `stemmer` English words of 4 letters or more are stemmed. */
export function rougeTokensOf(
  tokenizer: RougeTokenizer,
  stemmer: boolean,
): (text: string) => string[] {
  return (text) => {
    const tokens = text.toLowerCase().match(patterns[tokenizer]) ?? [];
    if (!stemmer) return tokens;
    const isStemmed = (token: string) => token.length >= leastStemmed && /^[a-z0-9]+$/.test(token);
    return tokens.map((token) => isStemmed(token) ? porterStem(token) : token);
  };
}
