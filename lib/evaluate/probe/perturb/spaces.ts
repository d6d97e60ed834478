/**
 * Spaces where none belong.
 *
 * @module
 */
import { found, type Perturbation, pick, replaced, unlessSame } from "./perturbation.ts";

/**
 * Joins two words, doubles a space, or splits a word of four letters or more.
 *
 * @example
 * ```ts
 * import { Random, spaces } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const other = spaces().apply("a lovely film", Random.fromSeed(1))!;
 * assert.equal(other.replaceAll(" ", ""), "alovelyfilm");
 * ```
 */
export function spaces(): Perturbation {
  return {
    name: "spaces",
    apply(text, random) {
      const gaps = found(text, / /g);
      const words = found(text, /\p{L}{4,}/gu);
      const ways: (() => string)[] = [];
      if (gaps.length > 0) {
        ways.push(() => replaced(text, pick(gaps, random), ""));
        ways.push(() => replaced(text, pick(gaps, random), "  "));
      }
      if (words.length > 0) {
        ways.push(() => {
          const { at, text: word } = pick(words, random);
          const cut = at + 1 + random.integer(word.length - 1);
          return `${text.slice(0, cut)} ${text.slice(cut)}`;
        });
      }
      return ways.length === 0 ? undefined : unlessSame(text, pick(ways, random)());
    },
  };
}
