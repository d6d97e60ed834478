/**
 * Other words for words and phrases, by a table.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { isRecord } from "../../../core/objects.ts";
import { required, type Rules } from "../../../core/option_rules.ts";
import { found, type Perturbation, pick, replaced } from "./perturbation.ts";

/** Other ways to say things. */
export interface ParaphrasesOptions {
  /** What may stand for a word or a phrase, by it, as both stand inside of a sentence. */
  readonly table: Readonly<Record<string, readonly string[]>>;
}

const rules: Rules<ParaphrasesOptions> = {
  table: required([
    'other ways to say words and phrases, { "a lot": ["very much"] }, each phrase once',
    isTable,
  ]),
};

/**
 * Replaces a word or a phrase of a table by another way to say it. Words are found whatever their capitals, and one that
 * begins with a capital gets one that does; word boundaries count, except in Chinese, which has none. Of entries that
 * begin at one place the longest counts.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, such as a table without entries.
 *
 * @example
 * ```ts
 * import { paraphrases, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const said = paraphrases({ table: { "a lot": ["very much"], film: ["movie"] } });
 * assert.equal(said.apply("I liked it a lot.", Random.fromSeed(1)), "I liked it very much.");
 * assert.equal(said.apply("Film or book?", Random.fromSeed(1)), "Movie or book?");
 * assert.equal(said.apply("I liked it.", Random.fromSeed(1)), undefined);
 * ```
 */
export function paraphrases(options: ParaphrasesOptions): Perturbation {
  checkOptions("paraphrases", options, rules);
  const ways = new Map(
    Object.entries(options.table).map(([phrase, all]) => [phrase.toLowerCase(), all]),
  );
  const any = [...ways.keys()].sort((a, b) => b.length - a.length).map((phrase) => {
    const [start, end] = [/^\p{Script=Han}/u, /\p{Script=Han}$/u].map((han) => han.test(phrase));
    return `${start ? "" : "(?<![\\p{L}\\p{N}])"}${RegExp.escape(phrase)}${
      end ? "" : "(?![\\p{L}\\p{N}])"
    }`;
  }).join("|");
  const pattern = new RegExp(any, "giu");
  return {
    name: "paraphrases",
    apply(text, random) {
      const places = found(text, pattern).filter((place) => ways.has(place.text.toLowerCase()));
      if (places.length === 0) return undefined;
      const place = pick(places, random);
      const way = pick(ways.get(place.text.toLowerCase())!, random);
      const isCapital = /^\p{Lu}/u.test(place.text);
      return replaced(
        text,
        place,
        isCapital ? way.replace(/^./u, (first) => first.toUpperCase()) : way,
      );
    },
  };
}

function isTable(table: unknown): boolean {
  const entries = isRecord(table) ? Object.entries(table) : [];
  const phrases = new Set(entries.map(([phrase]) => phrase.toLowerCase()));
  return entries.length > 0 && phrases.size === entries.length &&
    entries.every(([phrase, ways]) =>
      phrase.trim() !== "" && Array.isArray(ways) && ways.length > 0 &&
      ways.every((way) => typeof way === "string" && way.trim() !== "" && way !== phrase)
    );
}
