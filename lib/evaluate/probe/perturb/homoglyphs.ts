/**
 * Letters that look alike.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { type Rules, wholeShare } from "../../../core/option_rules.ts";
import { type Perturbation, unlessSame } from "./perturbation.ts";

/** How many letters. */
export interface HomoglyphsOptions {
  /** The share of the letters that have a double: .2 unless given. One at least is replaced. */
  readonly share?: number;
}

const rules: Rules<HomoglyphsOptions> = { share: wholeShare };

/** Latin letters with Cyrillic ones of the same look. */
const doubles: ReadonlyMap<string, string> = new Map(
  [..."aаcсeеiіoоpрxхyуsѕjјAАBВCСEЕHНKКMМOОPРTТXХ"].flatMap((letter, at, all) =>
    at % 2 === 0 ? [[letter, all[at + 1]] as const] : []
  ),
);

/**
 * Replaces Latin letters by Cyrillic ones that look the same: what spam does, and what a filter must bear.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { homoglyphs, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const other = homoglyphs({ share: 1 }).apply("free", Random.fromSeed(1));
 * assert.equal(other, "fr\u0435\u0435");
 * ```
 */
export function homoglyphs(options: HomoglyphsOptions = {}): Perturbation {
  checkOptions("homoglyphs", options, rules);
  const { share = 0.2 } = options;
  return {
    name: "homoglyphs",
    apply(text, random) {
      const letters = [...text];
      const places = letters.flatMap((letter, at) => doubles.has(letter) ? [at] : []);
      const count = Math.max(1, Math.round(share * places.length));
      for (const at of random.shuffle(places).slice(0, count)) {
        letters[at] = doubles.get(letters[at])!;
      }
      return unlessSame(text, letters.join(""));
    },
  };
}
