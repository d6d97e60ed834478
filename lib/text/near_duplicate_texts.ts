/**
 * Texts that are nearly the same, by the words and pairs of words that they share.
 *
 * @module
 */

const pieces = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|[\p{L}\p{N}]+/gu;

/**
 * Groups of texts that share most of their words and pairs of neighbouring words, each with at least two: a text is
 * in a group where it is near any other of it. Case, spaces and signs do not count; texts without a word are near
 * no other. Found exactly, without comparing all pairs (prefix filtering: Chaudhuri, Ganti and Kaushik, "A primitive
 * operator for similarity joins in data cleaning", ICDE 2006).
 *
 * @param leastShare of all words and pairs that both have together (Jaccard's index), above 0
 * @returns the numbers of the texts, from 0, in their order
 *
 * @example
 * ```ts
 * import { nearDuplicateTexts } from "./near_duplicate_texts.ts";
 * import assert from "node:assert/strict";
 *
 * const texts = ["The soup was cold, and late.", "A lovely film", "the soup was cold and late!"];
 * assert.deepEqual(nearDuplicateTexts(texts, 0.8), [[0, 2]]);
 * ```
 */
export function nearDuplicateTexts(texts: readonly string[], leastShare: number): number[][] {
  const read = texts.map(wordsOf);
  // Texts of the same words are joined first: each pair of many would else be compared.
  const same = [...Map.groupBy(texts.keys(), (at) => read[at].join(" ")).values()]
    .filter(([first]) => read[first].length > 0);
  const sets = orderedSets(same.map(([first]) => shinglesOf(read[first])));
  const parents = Int32Array.from(same, (_, at) => at);
  const rootOf = (at: number): number => {
    while (parents[at] !== at) at = parents[at] = parents[parents[at]];
    return at;
  };
  const known = new Map<number, number[]>();
  sets.forEach((own, at) => {
    // Two sets that share so much share one of the rarest elements of each.
    const prefix = own.subarray(0, own.length - Math.ceil(leastShare * own.length) + 1);
    const candidates = new Set<number>();
    for (const element of prefix) {
      const others = known.get(element) ?? [];
      for (const other of others) candidates.add(other);
      others.push(at);
      known.set(element, others);
    }
    for (const other of candidates) {
      if (rootOf(other) === rootOf(at)) continue;
      if (shareOf(own, sets[other]) >= leastShare) parents[rootOf(at)] = rootOf(other);
    }
  });
  const groups = Map.groupBy(same.keys(), rootOf);
  return [...groups.values()].map((group) => group.flatMap((at) => same[at]))
    .filter(({ length }) => length > 1)
    .map((group) => group.sort((a, b) => a - b))
    .sort(([a], [b]) => a - b);
}

function wordsOf(text: string): string[] {
  return text.normalize("NFKC").toLowerCase().match(pieces) ?? [];
}

function shinglesOf(words: readonly string[]): Set<string> {
  return new Set([...words, ...words.slice(1).map((word, at) => `${words[at]} ${word}`)]);
}

/** Each set as numbers, the rarest elements first. */
function orderedSets(sets: readonly ReadonlySet<string>[]): Int32Array[] {
  const counts = new Map<string, number>();
  for (const own of sets) for (const each of own) counts.set(each, (counts.get(each) ?? 0) + 1);
  const rarest = [...counts].sort(([, a], [, b]) => a - b).map(([element]) => element);
  const numbers = new Map(rarest.map((element, number) => [element, number]));
  return sets.map((own) => Int32Array.from(own, (each) => numbers.get(each)!).sort());
}

/** What two ordered sets share of all that they have together. */
function shareOf(a: Int32Array, b: Int32Array): number {
  let [i, j, both] = [0, 0, 0];
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      both++;
      i++;
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  return both / (a.length + b.length - both);
}
