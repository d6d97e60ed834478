/**
 * The model of tokenizer.json: one word → tokens of the vocabulary, exactly as Python's tokenizers
 * cut it.
 *
 * @module
 */
import { BPE, Unigram, WordPiece } from "@huggingface/tokenizers";
import { messageOf, TunebookError } from "../core/errors.ts";
import type { ModelJson } from "./model_json.ts";

/** A token of a word: its text in the vocabulary and its span of code units in the word. */
export interface ModelToken {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The tokens of a word. What the vocabulary lacks is its unknown token, on the whole span of what
 * it stands for; where there is none, it is left out.
 */
export type TokenModel = (word: string) => readonly ModelToken[];

/** The function of a model that has been checked. */
export function tokenModel(json: ModelJson): TokenModel {
  try {
    switch (json.type) {
      case "WordPiece":
        return wordPieces(json);
      case "Unigram":
        return unigram(json);
      case "BPE":
        return bytePairs(json);
      case "WordLevel":
        return (word) => [{
          text: json.ids.has(word) ? word : json.unknown!,
          from: 0,
          to: word.length,
        }];
    }
  } catch (error) {
    throw new TunebookError(
      "weights",
      `the ${json.type} model of the tokenizer cannot be built: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

function wordPieces({ json, unknown }: ModelJson): TokenModel {
  const model = new WordPiece(json as never);
  const prefix = String(json.continuing_subword_prefix).length;
  return (word) => {
    const pieces = model.encode([word]);
    if (pieces.length === 1 && pieces[0] === unknown) {
      return [{ text: unknown, from: 0, to: word.length }];
    }
    return inOrder(pieces, (piece, index) => piece.length - (index > 0 ? prefix : 0));
  };
}

function unigram({ json, ids, unknown }: ModelJson): TokenModel {
  const model = new Unigram(json as never, "");
  const bytes = byteTokens(json, ids);
  return (word) =>
    fused(inOrder(model.encode([word]), (piece) => piece.length), ids).flatMap((token) =>
      ids.has(token.text) ? [token] : bytes(token) ?? [{ ...token, text: unknown! }]
    );
}

function bytePairs({ json, ids, unknown }: ModelJson): TokenModel {
  const model = new BPE(json as never);
  const suffix = String(json.end_of_word_suffix ?? "");
  const bytes = byteTokens(json, ids);
  const piecesOf = (word: string) => {
    const pieces = model.bpe(word);
    return inOrder(
      pieces,
      (piece, index) => piece.length - (index === pieces.length - 1 ? suffix.length : 0),
    );
  };
  return (word) => {
    if (json.ignore_merges === true && ids.has(word)) {
      return [{ text: word, from: 0, to: word.length }];
    }
    const pieces = piecesOf(word);
    if (pieces.every(({ text }) => ids.has(text))) return pieces;
    if (unknown === undefined) return withoutUnknown(word, pieces, { ids, bytes, piecesOf });
    const tokens = pieces.flatMap((token) =>
      ids.has(token.text) ? [token] : bytes(token) ?? [token]
    );
    return (json.fuse_unk === true ? fused(tokens, ids) : tokens)
      .map((token) => ids.has(token.text) ? token : { ...token, text: unknown });
  };
}

/** What has no token vanishes first, so that its neighbours may be merged. */
function withoutUnknown(
  word: string,
  pieces: readonly ModelToken[],
  { ids, bytes, piecesOf }: {
    ids: ReadonlyMap<string, number>;
    bytes: (token: ModelToken) => ModelToken[] | undefined;
    piecesOf: (word: string) => ModelToken[];
  },
): ModelToken[] {
  const kept = pieces.filter((piece) => ids.has(piece.text) || bytes(piece));
  if (kept.length === pieces.length) {
    return kept.flatMap((piece) => ids.has(piece.text) ? [piece] : bytes(piece)!);
  }
  const origins = kept.flatMap(({ from, to }) =>
    Array.from({ length: to - from }, (_, index) => from + index)
  );
  const left = origins.map((at) => word[at]).join("");
  return piecesOf(left).flatMap(({ text, from, to }) => {
    const token = { text, from: origins[from], to: origins[to - 1] + 1 };
    return ids.has(text) ? [token] : bytes(token) ?? [];
  });
}

/** Pieces one after the other. */
function inOrder(
  pieces: readonly string[],
  lengthOf: (piece: string, index: number) => number,
): ModelToken[] {
  let from = 0;
  return pieces.map((text, index): ModelToken => {
    const to = from + lengthOf(text, index);
    const token = { text, from, to };
    from = to;
    return token;
  });
}

/** Pieces side by side that the vocabulary lacks become one. */
function fused(tokens: readonly ModelToken[], ids: ReadonlyMap<string, number>): ModelToken[] {
  const joined: ModelToken[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    if (last && !ids.has(last.text) && !ids.has(token.text)) {
      joined[joined.length - 1] = { text: last.text + token.text, from: last.from, to: token.to };
    } else joined.push(token);
  }
  return joined;
}

const utf8 = new TextEncoder();

/**
 * The tokens of a text's UTF-8 bytes, `<0xE2>` for one, where the model falls back to them and has
 * all that it needs.
 */
function byteTokens(
  { byte_fallback }: ModelJson["json"],
  ids: ReadonlyMap<string, number>,
): (token: ModelToken) => ModelToken[] | undefined {
  if (byte_fallback !== true) return () => undefined;
  return (token) => {
    const names = Array.from(
      utf8.encode(token.text),
      (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
    );
    if (!names.every((name) => ids.has(name))) return undefined;
    return names.map((text) => ({ ...token, text }));
  };
}
