/**
 * Sequences of n tokens or n characters, counted.
 *
 * @module
 */

/** How often each n-gram occurs. */
export type NgramCounts = Map<string, number>;

/** The n-grams of some tokens, none of which has a space in it. */
export function countNgrams(tokens: readonly string[], n: number): NgramCounts {
  const counts: NgramCounts = new Map();
  for (let start = 0; start + n <= tokens.length; start++) {
    const ngram = n === 1 ? tokens[start] : tokens.slice(start, start + n).join(" ");
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** The n-grams of a text's characters (code points) for n from 1 to `most`. */
export function countCharacterNgrams(text: string, most: number): NgramCounts[] {
  const offsets = [0];
  for (const character of text) offsets.push(offsets[offsets.length - 1] + character.length);
  return Array.from({ length: most }, (_, at) => {
    const counts: NgramCounts = new Map();
    for (let start = 0; start + at + 1 < offsets.length; start++) {
      const ngram = text.slice(offsets[start], offsets[start + at + 1]);
      counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
    }
    return counts;
  });
}

/** How many n-grams both have, each as often as in both. */
export function countCommon(a: NgramCounts, b: NgramCounts): number {
  let common = 0;
  for (const [ngram, count] of a) common += Math.min(count, b.get(ngram) ?? 0);
  return common;
}

/** How many n-grams there are, repeated ones included. */
export function countAll(counts: NgramCounts): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}
