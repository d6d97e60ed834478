/**
 * Forbids words, each a token or several.
 *
 * @module
 */
import { endsWith, type LogitsProcessor } from "./logits_processor.ts";

/**
 * Forbids the last token of each word where the tokens before it stand right before, as `bad_words_ids` of
 * transformers does; a word that is a stop token alone is left.
 *
 * @param words token ids of each word
 */
export function badWords(
  words: readonly (readonly number[])[],
  stopTokens: readonly number[],
): LogitsProcessor {
  const forbidden = words
    .filter((word) => word.length > 1 || (word.length === 1 && !stopTokens.includes(word[0])))
    .map((word) => ({ before: word.slice(0, -1), last: word[word.length - 1] }));
  return (logits, context) => {
    for (const { before, last } of forbidden) {
      if (last < logits.length && endsWith(context, before)) logits[last] = -Infinity;
    }
  };
}
