/**
 * The tokens that a tokenizer's model makes of one word, and the part of the word that each covers.
 *
 * @module
 */
import { BPE, type Model, Unigram, WordPiece } from "@huggingface/tokenizers";
import { noAlignment } from "./aligned_text.ts";

/** A token of a word: its text in the vocabulary and its span of code units in the word. */
export interface ModelToken {
  text: string;
  from: number;
  to: number;
}

/**
 * The tokens of a word. An unknown word or character keeps its span; where a vocabulary has no
 * unknown token, it is left out. Throws a `TunebookError` of kind "unsupported" for a model that is
 * not known.
 */
export function modelTokens(model: Model, word: string): ModelToken[] {
  if (model instanceof WordPiece) return wordPieces(model, word);
  if (model instanceof Unigram) {
    return fuseUnknown(model, inOrder(word, model.encode([word]), (piece) => piece.length));
  }
  if (model instanceof BPE) return bytePairs(model, word);
  throw noAlignment("its model is none of WordPiece, Unigram and BPE");
}

/** Pieces one after the other; they must cover the word. */
function inOrder(
  word: string,
  pieces: readonly string[],
  lengthOf: (piece: string, index: number) => number,
): ModelToken[] {
  let from = 0;
  const tokens = pieces.map((text, index): ModelToken => {
    const to = from + lengthOf(text, index);
    const token = { text, from, to };
    from = to;
    return token;
  });
  if (from !== word.length) throw noAlignment(`the tokens of "${word}" do not cover it`);
  return tokens;
}

function wordPieces(model: WordPiece, word: string): ModelToken[] {
  const pieces = model.encode([word]);
  const { unk_token: unknown } = model;
  if (pieces.length === 1 && pieces[0] === unknown) {
    return [{ text: unknown, from: 0, to: word.length }];
  }
  const prefix = String(model.config.continuing_subword_prefix ?? "").length;
  return inOrder(word, pieces, (piece, index) => piece.length - (index > 0 ? prefix : 0));
}

function bytePairs(model: BPE, word: string): ModelToken[] {
  const suffix = model.end_of_word_suffix;
  const prefix = Object.entries(model.config).find(([name]) =>
    name === "continuing_subword_prefix"
  );
  if (prefix?.[1] || model.continuing_subword_suffix) {
    throw noAlignment("its BPE model marks the parts of a word");
  }
  const isWhole = model.ignore_merges && model.tokens_to_ids.has(word);
  const pieces = isWhole ? [word] : model.bpe(word);
  const marked = suffix && !isWhole ? suffix.length : 0;
  const tokens = inOrder(
    word,
    pieces,
    (piece, index) => piece.length - (index === pieces.length - 1 ? marked : 0),
  ).flatMap((token): ModelToken[] => {
    if (model.tokens_to_ids.has(token.text)) return [token];
    const bytes = model.byte_fallback ? bytesOf(token.text) : [];
    if (bytes.length > 0 && bytes.every((byte) => model.tokens_to_ids.has(byte))) {
      return bytes.map((text) => ({ ...token, text }));
    }
    return model.unk_token == null ? [] : [{ ...token, text: model.unk_token }];
  });
  return model.fuse_unk ? fuseUnknown(model, tokens) : tokens;
}

/** The tokens of a character's UTF-8 bytes, `<0xE2>` for one. */
function bytesOf(text: string): string[] {
  return Array.from(
    new TextEncoder().encode(text),
    (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
  );
}

/** Unknown tokens side by side become one. */
function fuseUnknown(model: Model, tokens: readonly ModelToken[]): ModelToken[] {
  const isUnknown = ({ text }: ModelToken) =>
    (model.tokens_to_ids.get(text) ?? model.unk_token_id) === model.unk_token_id;
  const fused: ModelToken[] = [];
  for (const token of tokens) {
    const last = fused.at(-1);
    if (last && isUnknown(last) && isUnknown(token)) last.to = token.to;
    else fused.push({ ...token });
  }
  return fused;
}
