/**
 * It's and it is.
 *
 * @module
 */
import { type Perturbation, unlessSame } from "./perturbation.ts";

/** English contractions with the words that they stand for. */
const pairs: readonly (readonly [short: string, long: string])[] = [
  ["can't", "cannot"],
  ["won't", "will not"],
  ...[
    "is",
    "are",
    "was",
    "were",
    "do",
    "does",
    "did",
    "has",
    "have",
    "had",
    "would",
    "could",
    "should",
  ]
    .map((verb) => [`${verb}n't`, `${verb} not`] as const),
  ["i'm", "i am"],
  ...["you", "we", "they"].flatMap((who) => [[`${who}'re`, `${who} are`] as const]),
  ...["i", "you", "we", "they"].map((who) => [`${who}'ve`, `${who} have`] as const),
  ...["i", "you", "we", "they", "he", "she", "it"].map((who) =>
    [`${who}'ll`, `${who} will`] as const
  ),
  ...["it", "he", "she", "that", "there", "what", "who"].map((who) =>
    [`${who}'s`, `${who} is`] as const
  ),
];

/**
 * Writes English contractions out where there are any, and contracts what could be otherwise: "it's" and "it
 * is", "can't" and "cannot".
 *
 * @example
 * ```ts
 * import { contractions, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const random = Random.fromSeed(1);
 * assert.equal(contractions().apply("It’s fine, don't worry", random), "It is fine, do not worry");
 * assert.equal(contractions().apply("It is fine", random), "It's fine");
 * ```
 */
export function contractions(): Perturbation {
  return {
    name: "contractions",
    apply(text) {
      const plain = text.replaceAll("’", "'");
      const long = pairs.reduce((now, [short, full]) => swapped(now, short, full), plain);
      if (long !== plain) return long;
      return unlessSame(
        plain,
        pairs.reduce((now, [short, full]) => swapped(now, full, short), plain),
      );
    },
  };
}

function swapped(text: string, from: string, to: string): string {
  return text.replace(
    new RegExp(`(?<![\\p{L}'])${from}(?![\\p{L}'])`, "giu"),
    (word) =>
      word[0] === word[0].toUpperCase() && word[0] !== word[0].toLowerCase()
        ? to[0].toUpperCase() + to.slice(1)
        : to,
  );
}
