/**
 * Binds what a model writes to a grammar: tokens that the grammar does not go on with are forbidden.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { LogitsProcessor } from "../processors/logits_processor.ts";
import { compileGrammar } from "./automaton.ts";
import type { Grammar } from "./expression.ts";
import { Matcher, type MatchState } from "./matcher.ts";
import { tokenTrie, type TokenVocabulary } from "./token_trie.ts";

/** Which tokens may come next: bit `id & 31` of word `id >> 5`. */
export type TokenMask = Uint32Array;

/** A grammar on the tokens of one vocabulary. Nothing of it changes, so that answers can share it. */
export interface OutputConstraint {
  /** The state before the first token. */
  readonly start: MatchState;
  /** The state after one more token; null where the grammar does not go on with it. */
  accept(state: MatchState, token: number): MatchState | null;
  /** The state after these tokens; null where they leave the grammar. */
  after(written: ArrayLike<number>): MatchState | null;
  /** The tokens that may come next, without the stop tokens, which may come where the state is complete. */
  allowed(state: MatchState): TokenMask;
  /** Forbids every token that may not come next, the stop tokens until the text is complete. */
  readonly process: LogitsProcessor;
  /** The text of written tokens, byte by byte: no decoder cleans it up. */
  text(written: ArrayLike<number>): string;
}

/** More masks are forgotten, the oldest first. */
const mostMasks = 512;
const wordBits = 32;

/**
 * Makes the constraint of a grammar for a tokenizer.
 *
 * Throws a `TunebookError` of kind "unsupported" for tokenizers whose tokens have no text of their own, and
 * for a grammar that the vocabulary cannot write, where that shows.
 *
 * @param stopTokens tokens that end an answer
 */
export function outputConstraint(
  grammar: Grammar,
  tokenizer: TokenVocabulary,
  stopTokens: readonly number[],
): OutputConstraint {
  const trie = tokenTrie(tokenizer);
  const matcher = new Matcher(compileGrammar(grammar));
  const masks = new Map<MatchState, TokenMask>();
  const path: MatchState[] = new Array(trie.depth + 1);

  const accept = (state: MatchState, token: number): MatchState | null => {
    const bytes = trie.bytesOf(token);
    if (bytes === undefined || bytes.length === 0) return null;
    let now: MatchState | null = state;
    for (let i = 0; i < bytes.length && now !== null; i++) now = matcher.after(now, bytes[i]);
    return now;
  };
  const after = (written: ArrayLike<number>): MatchState | null => {
    let now: MatchState | null = matcher.start;
    for (let i = 0; i < written.length && now !== null; i++) now = accept(now, written[i]);
    return now;
  };
  const makeMask = (state: MatchState): TokenMask => {
    const { bytes, depths, ends, firstTokens, tokens } = trie;
    const mask = new Uint32Array(Math.ceil(trie.vocabSize / wordBits));
    path[0] = state;
    for (let node = 0; node < bytes.length;) {
      const depth = depths[node];
      const next = matcher.after(path[depth], bytes[node]);
      if (next === null) {
        node = ends[node];
        continue;
      }
      path[depth + 1] = next;
      for (let i = firstTokens[node]; i < firstTokens[node + 1]; i++) {
        mask[tokens[i] >> 5] |= 1 << (tokens[i] & 31);
      }
      node++;
    }
    return mask;
  };
  const allowed = (state: MatchState): TokenMask => {
    let mask = masks.get(state);
    if (mask) return mask;
    mask = makeMask(state);
    if (masks.size >= mostMasks) masks.delete(masks.keys().next().value!);
    masks.set(state, mask);
    return mask;
  };
  return {
    start: matcher.start,
    accept,
    after,
    allowed,
    process(logits, { written }) {
      // A row that has ended is still asked while others go on.
      const state = after(written);
      const ending = state === null || state.isComplete
        ? stopTokens.filter((token) => token < logits.length)
        : [];
      const ends = ending.map((token) => logits[token]);
      const isLeft = state !== null && keep(logits, allowed(state));
      if (state === null) logits.fill(-Infinity);
      ending.forEach((token, i) => logits[token] = ends[i]);
      if (!isLeft && ending.length === 0) throw nothingLeft(state);
    },
    text: (written) => textOfTokens(written, trie.bytesOf),
  };
}

/** Forbids what is not in the mask; returns whether the mask allows anything. */
function keep(logits: Float32Array, mask: TokenMask): boolean {
  let isAny = false;
  for (let word = 0, from = 0; from < logits.length; word++, from += wordBits) {
    const bits = word < mask.length ? mask[word] : 0;
    // All ones and all zeros are frequent.
    if (bits === 0xffffffff) {
      isAny = true;
      continue;
    }
    const to = Math.min(from + wordBits, logits.length);
    if (bits === 0) {
      logits.fill(-Infinity, from, to);
      continue;
    }
    isAny = true;
    for (let token = from; token < to; token++) {
      if ((bits & (1 << (token - from))) === 0) logits[token] = -Infinity;
    }
  }
  return isAny;
}

function nothingLeft(state: MatchState | null): TunebookError {
  return state?.isComplete === false
    ? new TunebookError(
      "unsupported",
      "no token of the vocabulary goes on as the schema or the grammar wants: it has characters that the " +
        "tokenizer cannot write",
    )
    : new TunebookError(
      "input",
      "the answer is complete as the schema or the grammar has it, but the model has no stop token to end " +
        "it: give stopTokens",
    );
}

function textOfTokens(
  written: ArrayLike<number>,
  bytesOf: (token: number) => Uint8Array | undefined,
): string {
  const bytes = Array.from(written).flatMap((token) => [...bytesOf(token) ?? []]);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}
