/**
 * Trains byte-level byte-pair encoding (Sennrich et al., arXiv 1508.07909; on bytes as in GPT-2), with
 * the merges of Python's `tokenizers` (`BpeTrainer` with `ByteLevel`).
 *
 * @module
 */
import { byteAlphabet, byteCharacters } from "../byte_characters.ts";
import { bytesPattern } from "../pre_tokenizer.ts";
import { MergeQueue, type PairEntry } from "./merge_queue.ts";

/** How large a vocabulary is to be. */
export interface BytePairSettings {
  /** Tokens, the 256 bytes and the special tokens among them. */
  readonly vocabSize: number;
  /** Tokens that no text has; they get the first ids. */
  readonly specialTokens: readonly string[];
  /** A pair is merged from so many times on. */
  readonly minFrequency: number;
}

/** A trained vocabulary. */
export interface BytePairs {
  /** The tokens by their ids. */
  readonly tokens: readonly string[];
  /** The pairs in the order in which they are merged. */
  readonly merges: readonly (readonly [string, string])[];
}

/** Pairs of ids as one number; ids stay far below this. */
const idBase = 2 ** 24;

/**
 * Learns which pairs to merge. Fewer tokens than asked for come where no pair is left that is frequent
 * enough.
 *
 * @example
 * ```ts
 * import { trainBytePairs } from "./byte_pairs.ts";
 * import assert from "node:assert/strict";
 *
 * const settings = { vocabSize: 259, specialTokens: ["<end>"], minFrequency: 2 };
 * const { tokens, merges } = trainBytePairs(["hug hug hugs"], settings);
 * assert.equal(tokens[0], "<end>");
 * assert.deepEqual(merges, [["h", "u"], ["hu", "g"]]);
 * ```
 */
export function trainBytePairs(
  texts: Iterable<string>,
  { vocabSize, specialTokens, minFrequency }: BytePairSettings,
): BytePairs {
  const alphabet = byteAlphabet.toSorted();
  const tokens = [...specialTokens, ...alphabet];
  const idOf = new Map(tokens.map((token, id) => [token, id]));
  const counted = countWords(texts);
  const counts = [...counted.values()];
  const words = Array.from(counted.keys(), (word) => Array.from(word, (byte) => idOf.get(byte)!));

  const pairCounts = new Map<number, number>();
  const queue = new MergeQueue();
  const found = new Map<number, Set<number>>();
  words.forEach((ids, word) => {
    for (let i = 1; i < ids.length; i++) note(ids[i - 1] * idBase + ids[i], counts[word], word);
  });
  function note(pair: number, change: number, word: number): void {
    pairCounts.set(pair, (pairCounts.get(pair) ?? 0) + change);
    if (change <= 0) return;
    const at = found.get(pair);
    if (at) at.add(word);
    else found.set(pair, new Set([word]));
  }
  function enqueue(): void {
    for (const [pair, words] of found) {
      const count = pairCounts.get(pair)!;
      const [left, right] = [Math.floor(pair / idBase), pair % idBase];
      if (count > 0) queue.push({ left, right, count, words });
    }
    found.clear();
  }
  enqueue();

  // A pair that comes twice, because another one made the same token, keeps its later place.
  const merges = new Map<number, readonly [string, string]>();
  while (tokens.length < vocabSize) {
    const top: PairEntry | undefined = queue.pop();
    if (!top) break;
    const { left, right } = top;
    const pair = left * idBase + right;
    const now = pairCounts.get(pair)!;
    if (now !== top.count) {
      top.count = now;
      queue.push(top);
      continue;
    }
    if (now < 1 || now < minFrequency) break;
    const token = tokens[left] + tokens[right];
    let id = idOf.get(token);
    if (id === undefined) {
      id = tokens.push(token) - 1;
      idOf.set(token, id);
    }
    merges.delete(pair);
    merges.set(pair, [tokens[left], tokens[right]]);
    for (const word of top.words) mergeIn(words[word], left, right, id, counts[word], word, note);
    enqueue();
  }
  return { tokens, merges: [...merges.values()] };
}

/** Merges a pair in a word and says which pairs of neighbours go and come. */
function mergeIn(
  ids: number[],
  left: number,
  right: number,
  merged: number,
  count: number,
  word: number,
  note: (pair: number, change: number, word: number) => void,
): void {
  for (let i = 0; i + 1 < ids.length; i++) {
    if (ids[i] !== left || ids[i + 1] !== right) continue;
    if (i > 0) {
      note(ids[i - 1] * idBase + left, -count, word);
      note(ids[i - 1] * idBase + merged, count, word);
    }
    ids.splice(i, 2, merged);
    if (i + 1 < ids.length) {
      note(right * idBase + ids[i + 1], -count, word);
      note(merged * idBase + ids[i + 1], count, word);
    }
  }
}

/** The words of GPT-2's pattern, in the characters of their bytes, with how often they come. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    for (const [word] of text.matchAll(bytesPattern)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return new Map(Array.from(counts, ([word, count]) => [byteCharacters(word), count]));
}
