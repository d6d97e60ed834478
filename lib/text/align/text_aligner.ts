/**
 * Texts → tokens with their spans: the steps of a tokenizer are run one by one, and every character is
 * followed through them.
 *
 * @module
 */
import type { AddedToken } from "../added_tokens.ts";
import type { TextTokens, WordTokens } from "../text_tokens.ts";
import type { TokenizerParts } from "../tokenizer_parts.ts";
import { type AlignedText, alignText, sliceAligned } from "./aligned_text.ts";
import { normalizeAligned } from "./normalize_aligned.ts";
import { preTokenizeAligned } from "./pre_tokenize_aligned.ts";
import { type SpannedToken, trimOffsets } from "./trim_offsets.ts";

/** Tokens with their origins. */
export interface TextAligner {
  tokens(text: string): TextTokens;
  wordTokens(words: readonly string[]): WordTokens;
}

/** The aligner of a tokenizer, given with the field `post_processor` of its tokenizer.json. */
export function textAligner(parts: TokenizerParts, postProcessor: unknown): TextAligner {
  const { splitRaw, splitNormalized, normalizer, preTokenizer, model, modelIds } = parts;

  /** The tokens of a text without added tokens. */
  function tokensOfPlain(text: AlignedText, spaceBefore: boolean): SpannedToken[] {
    return preTokenizeAligned(preTokenizer, text, { spaceBefore }).flatMap((word) =>
      model(word.text).map(({ text: content, from, to }) =>
        spanned(content, modelIds.get(content)!, word, from, to)
      )
    );
  }

  function tokensOf(text: string, spaceBefore: boolean): SpannedToken[] {
    const aligned = alignText(text);
    const whole = (section: AlignedText, added: AddedToken) =>
      spanned(section.text, added.id, section, 0, section.text.length);
    return splitRaw(text).flatMap(({ from, to, added }) => {
      const section = sliceAligned(aligned, from, to);
      if (added) return [whole(section, added)];
      const normalized = normalizeAligned(normalizer, section);
      return splitNormalized(normalized.text).flatMap(({ from, to, added }) => {
        const plain = sliceAligned(normalized, from, to);
        return added ? [whole(plain, added)] : tokensOfPlain(plain, spaceBefore);
      });
    });
  }

  return {
    tokens(text) {
      const tokens = tokensOf(text, false);
      trimOffsets(postProcessor, text, tokens);
      return {
        ids: Int32Array.from(tokens, ({ id }) => id),
        starts: Int32Array.from(tokens, ({ start }) => start),
        ends: Int32Array.from(tokens, ({ end }) => end),
      };
    },
    wordTokens(words) {
      const tokens = words.map((word) => {
        const own = tokensOf(word, true);
        trimOffsets(postProcessor, word, own, true);
        return own;
      });
      return {
        ids: Int32Array.from(tokens.flat(), ({ id }) => id),
        wordOf: Int32Array.from(tokens.flatMap((list, word) => list.map(() => word))),
        starts: Int32Array.from(tokens.flat(), ({ start }) => start),
        ends: Int32Array.from(tokens.flat(), ({ end }) => end),
      };
    },
  };
}

function spanned(
  text: string,
  id: number,
  { starts, ends }: AlignedText,
  from: number,
  to: number,
): SpannedToken {
  return { text, id, start: starts[from], end: ends[to - 1] };
}
