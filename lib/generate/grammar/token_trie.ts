/**
 * The bytes of all tokens of a vocabulary as a tree, so that tokens that begin alike are looked at once.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";

/** A tree in the order of a walk from the root down; the root itself is left out. */
export interface TokenTrie {
  /** By node: its byte. */
  readonly bytes: Uint8Array;
  /** By node: how many nodes are above it. */
  readonly depths: Uint16Array;
  /** By node: the first node behind all below it. */
  readonly ends: Int32Array;
  /** By node: where its tokens begin in `tokens`; those of the next node begin where they end. */
  readonly firstTokens: Int32Array;
  /** Ids of the tokens that end at nodes, in the nodes' order. */
  readonly tokens: Int32Array;
  /** The bytes of a token; undefined for one that writes nothing. */
  readonly bytesOf: (token: number) => Uint8Array | undefined;
  /** How many ids the vocabulary has. */
  readonly vocabSize: number;
  /** The depth of the deepest node, from 1. */
  readonly depth: number;
}

/** What a tree is made from. */
export type TokenVocabulary = Pick<Tokenizer, "tokenBytes" | "vocabSize">;

const made = new WeakMap<object, TokenTrie>();

/**
 * The tree of a tokenizer, made once. Throws a `TunebookError` of kind "unsupported" for a tokenizer whose
 * tokens have no text of their own.
 */
export function tokenTrie(tokenizer: TokenVocabulary): TokenTrie {
  let trie = made.get(tokenizer);
  if (!trie) {
    trie = makeTrie(tokenizer);
    made.set(tokenizer, trie);
  }
  return trie;
}

function makeTrie({ tokenBytes, vocabSize }: TokenVocabulary): TokenTrie {
  if (!tokenBytes) {
    throw new TunebookError(
      "unsupported",
      "a schema or a grammar cannot bind this model: its tokenizer writes a token in another way beside " +
        "other tokens",
    );
  }
  const sorted = sortedTokens(tokenBytes, vocabSize);
  const bytes: number[] = [];
  const depths: number[] = [];
  const firstTokens: number[] = [];
  /** The node at each depth above the next one. */
  const path: number[] = [];
  const ends: number[] = [];
  let before = "";
  sorted.forEach(({ text }, index) => {
    let shared = 0;
    while (shared < before.length && shared < text.length && before[shared] === text[shared]) {
      shared++;
    }
    // Equal texts end at one node.
    for (let depth = path.length - 1; depth >= shared; depth--) ends[path[depth]] = bytes.length;
    path.length = shared;
    for (let depth = shared; depth < text.length; depth++) {
      path.push(bytes.length);
      bytes.push(text.charCodeAt(depth));
      depths.push(depth);
      // Tokens of a node come before those of the nodes below it.
      firstTokens.push(index);
    }
    before = text;
  });
  for (const node of path) ends[node] = bytes.length;
  firstTokens.push(sorted.length);
  return {
    bytes: Uint8Array.from(bytes),
    depths: Uint16Array.from(depths),
    ends: Int32Array.from(ends),
    firstTokens: Int32Array.from(firstTokens),
    tokens: Int32Array.from(sorted, ({ token }) => token),
    bytesOf: tokenBytes,
    vocabSize,
    depth: depths.reduce((most, depth) => Math.max(most, depth), 0) + 1,
  };
}

/** Tokens with something in them, by their bytes, each byte as one character. */
function sortedTokens(
  tokenBytes: (id: number) => Uint8Array | undefined,
  vocabSize: number,
): { readonly token: number; readonly text: string }[] {
  const found: { token: number; text: string }[] = [];
  for (let token = 0; token < vocabSize; token++) {
    const bytes = tokenBytes(token);
    if (bytes === undefined || bytes.length === 0) continue;
    found.push({ token, text: String.fromCharCode(...bytes) });
  }
  return found.sort((a, b) => a.text < b.text ? -1 : a.text > b.text ? 1 : a.token - b.token);
}
