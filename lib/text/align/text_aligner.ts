/**
 * Texts → tokens with their spans. The library for tokenizers gives none, so its own steps are run
 * one by one here, and every character is followed through them.
 *
 * @module
 */
import type { AddedToken, Tokenizer as TokenizerModel } from "@huggingface/tokenizers";
import type { TextTokens, WordTokens } from "../text_tokens.ts";
import { addedTokenSplitter } from "./added_tokens.ts";
import { type AlignedText, alignText, noAlignment } from "./aligned_text.ts";
import { modelTokens } from "./model_tokens.ts";
import { normalizeAligned } from "./normalize_aligned.ts";
import { preTokenizeAligned } from "./pre_tokenize_aligned.ts";
import { type SpannedToken, trimOffsets } from "./trim_offsets.ts";

/** Tokens with their origins. */
export interface TextAligner {
  tokens(text: string): TextTokens;
  wordTokens(words: readonly string[]): WordTokens;
}

type Json = Readonly<Record<string, unknown>>;

/** The aligner of a tokenizer, given with its tokenizer.json and tokenizer_config.json. */
export function textAligner(tokenizer: TokenizerModel, json: Json, settings: Json): TextAligner {
  const [splitRaw, splitNormalized] = splittersOf(tokenizer);

  /** The tokens of a text without added tokens. */
  function tokensOfPlain(text: AlignedText, isFirst: boolean, spaceBefore: boolean) {
    const { pre_tokenizer: preTokenizer, model } = tokenizer;
    if (model === null) throw noAlignment("it has no model");
    const words = preTokenizeAligned(preTokenizer, [text], { isFirst, spaceBefore });
    return words.flatMap((word) =>
      modelTokens(model, word.text).flatMap(({ text: content, from, to }) => {
        const id = tokenizer.token_to_id(content) ?? model.unk_token_id;
        return id === undefined ? [] : [spanned(content, id, word, from, to)];
      })
    );
  }

  function tokensOf(text: string, spaceBefore: boolean): SpannedToken[] {
    for (const name of ["remove_space", "do_lowercase_and_remove_accent"]) {
      if (settings[name] === true) throw noAlignment(`tokenizer_config.json sets ${name}`);
    }
    const whole = (section: AlignedText, added: AddedToken) =>
      spanned(section.text, added.id, section, 0, section.text.length);
    return splitRaw(alignText(text)).flatMap((section) => {
      if (section.added) return [whole(section.text, section.added)];
      const normalized = normalizeAligned(tokenizer.normalizer, section.text);
      const isFirst = section.text.starts[0] === 0;
      return splitNormalized(normalized).flatMap(({ text, added }) =>
        added ? [whole(text, added)] : tokensOfPlain(text, isFirst, spaceBefore)
      );
    });
  }

  return {
    tokens(text) {
      const tokens = tokensOf(text, false);
      trimOffsets(json.post_processor, text, tokens);
      return {
        ids: Int32Array.from(tokens, ({ id }) => id),
        starts: Int32Array.from(tokens, ({ start }) => start),
        ends: Int32Array.from(tokens, ({ end }) => end),
      };
    },
    wordTokens(words) {
      const tokens = words.map((word) => {
        const own = tokensOf(word, true);
        trimOffsets(json.post_processor, word, own, true);
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

/** The splitters for added tokens before and after the normalizer. */
function splittersOf(tokenizer: TokenizerModel) {
  const { normalizer } = tokenizer;
  const raw = new Map<string, AddedToken>();
  const normalized = new Map<string, AddedToken>();
  for (const token of tokenizer.get_added_tokens_decoder().values()) {
    if (token.normalized && normalizer !== null) {
      normalized.set(normalizer.normalize(token.content), token);
    } else raw.set(token.content, token);
  }
  return [raw, normalized].map(addedTokenSplitter);
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
