/**
 * Other letters for the same words.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { oneOf, type Rules } from "../../../core/option_rules.ts";
import { type Perturbation, unlessSame } from "./perturbation.ts";

/** Which letters. */
export interface LetterCaseOptions {
  /** All small, as unless given, all capital, or the first of each word capital. */
  readonly to?: "lower" | "upper" | "title";
}

const rules: Rules<LetterCaseOptions> = { to: oneOf(["lower", "upper", "title"]) };

/**
 * Writes a text in small letters, in capitals, or with a capital before each word.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { letterCase, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(letterCase({ to: "upper" }).apply("so good", Random.fromSeed(1)), "SO GOOD");
 * ```
 */
export function letterCase(options: LetterCaseOptions = {}): Perturbation {
  checkOptions("letterCase", options, rules);
  const { to = "lower" } = options;
  return {
    name: `${to} case`,
    apply(text) {
      if (to === "lower") return unlessSame(text, text.toLowerCase());
      if (to === "upper") return unlessSame(text, text.toUpperCase());
      return unlessSame(
        text,
        text.replace(/(?<![\p{L}\p{N}'’])\p{L}/gu, (first) => first.toUpperCase()),
      );
    },
  };
}
