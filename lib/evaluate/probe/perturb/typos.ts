/**
 * Slips of the fingers.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { type Rules, whole } from "../../../core/option_rules.ts";
import type { Random } from "../../../core/random.ts";
import { found, type Perturbation, pick, replaced, unlessSame } from "./perturbation.ts";

/** How many slips. */
export interface TyposOptions {
  /** Slips in a text: 1 unless given. */
  readonly count?: number;
}

const rules: Rules<TyposOptions> = { count: whole };

/** Rows of a keyboard, on which neighbours are hit for one another. */
const keyboard = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
/** Words that are shorter keep their letters: nobody misspells them, and a slip makes other words. */
const shortest = 4;

/**
 * Swaps two neighbouring letters, leaves one out, doubles one, or hits the key beside it, in words of four
 * letters and more; the first letter stays.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { Random, typos } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const text = "a lovely film";
 * const other = typos().apply(text, Random.fromSeed(1))!;
 * assert.ok(other !== text && Math.abs(other.length - text.length) <= 1);
 * assert.equal(typos().apply("so be it", Random.fromSeed(1)), undefined);
 * ```
 */
export function typos(options: TyposOptions = {}): Perturbation {
  checkOptions("typos", options, rules);
  const { count = 1 } = options;
  return {
    name: "typos",
    apply(text, random) {
      let now = text;
      for (let slip = 0; slip < count; slip++) {
        const words = found(now, /\p{L}+/gu).filter(({ text }) => [...text].length >= shortest);
        if (words.length === 0) break;
        const word = pick(words, random);
        now = replaced(now, word, misspelt(word.text, random));
      }
      return unlessSame(text, now);
    },
  };
}

function misspelt(word: string, random: Random): string {
  const letters = [...word];
  const at = 1 + random.integer(letters.length - 2);
  const swapped = [...letters];
  [swapped[at], swapped[at + 1]] = [swapped[at + 1], swapped[at]];
  const ways = [
    swapped,
    letters.toSpliced(at, 1),
    letters.toSpliced(at, 0, letters[at]),
    letters.with(at, beside(letters[at], random)),
  ].map((each) => each.join("")).filter((each) => each !== word);
  return pick(ways, random);
}

/** The key beside a letter, or the letter where it has none. */
function beside(letter: string, random: Random): string {
  const row = keyboard.find((each) => each.includes(letter));
  if (!row) return letter;
  const at = row.indexOf(letter);
  return pick([row[at - 1], row[at + 1]].filter((each) => each !== undefined), random);
}
