/**
 * What an attack puts in the place of a word.
 *
 * @module
 */
import { isRecord } from "../../../core/objects.ts";
import { TunebookError } from "../../../core/errors.ts";
import type { Random } from "../../../core/random.ts";

/** A way to change words. */
export interface WordChange {
  /** What reports call it, `synonyms`. */
  readonly name: string;
  /** What may stand in the place of a word, the best ones first; none where it stays. */
  candidates(word: string, random: Random): readonly string[];
}

/** Words with those that mean much the same, in small letters, the nearest first. */
export type SynonymTable =
  | Readonly<Record<string, readonly string[]>>
  | ReadonlyMap<string, readonly string[]>;

/**
 * Synonyms of a table, as TextFooler takes them from word vectors (Jin et al. 2020, arXiv 1907.11932). `wordnetSynonyms`
 * of `tunebook/datasets` makes such a table, which does not tell the senses of a word apart. Capitals stay.
 *
 * @throws {TunebookError} of kind `input` for what is no table of lists.
 *
 * @example
 * ```ts
 * import { Random, synonyms } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { candidates } = synonyms({ good: ["fine", "decent"] });
 * assert.deepEqual(candidates("Good", Random.fromSeed(1)), ["Fine", "Decent"]);
 * ```
 */
export function synonyms(table: SynonymTable): WordChange {
  const entries = table instanceof Map
    ? table
    : isRecord(table)
    ? new Map(Object.entries(table))
    : undefined;
  if (!entries || ![...entries.values()].every(Array.isArray)) {
    throw new TunebookError("input", 'synonyms takes lists by word, { good: ["fine"] }');
  }
  return {
    name: "synonyms",
    candidates(word) {
      const found: readonly string[] = entries.get(word.toLowerCase()) ?? [];
      const isCapital = /^\p{Lu}/u.test(word);
      const own = isCapital ? found.map((each) => each[0].toUpperCase() + each.slice(1)) : found;
      return own.filter((each) => each !== word);
    },
  };
}

/** Words that are shorter cannot lose a letter and stay readable. */
const shortest = 4;
const letters = "abcdefghijklmnopqrstuvwxyz";

/**
 * One slip in a word: two letters swapped, one left out, one put in, one replaced; the first and the last stay, so that
 * people still read it (DeepWordBug, Gao et al. 2018, arXiv 1801.04354).
 *
 * @example
 * ```ts
 * import { characterEdits, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const found = characterEdits().candidates("lovely", Random.fromSeed(1));
 * assert.ok(found.length === 4 && found.every((word) => word.startsWith("l") && word.endsWith("y")));
 * ```
 */
export function characterEdits(): WordChange {
  return {
    name: "character edits",
    candidates(word, random) {
      const own = [...word];
      if (own.length < shortest) return [];
      // Inner letters; a swap takes the next one, too.
      const inner = () => 1 + random.integer(own.length - 2);
      const first = own.slice(0, -2).findLastIndex((letter, at) =>
        at > 0 && letter !== own[at + 1]
      );
      const letter = () => letters[random.integer(letters.length)];
      const replaced = inner();
      const edits = [
        first < 0 ? own : own.with(first, own[first + 1]).with(first + 1, own[first]),
        own.toSpliced(inner(), 1),
        own.toSpliced(inner(), 0, letter()),
        own.with(replaced, letter()),
      ].map((each) => each.join(""));
      return [...new Set(edits)].filter((each) => each !== word);
    },
  };
}
