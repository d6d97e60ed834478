/**
 * More punctuation, or none.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { oneOf, type Rules } from "../../../core/option_rules.ts";
import { type Perturbation, unlessSame } from "./perturbation.ts";

/** What is done with it. */
export interface ChangePunctuationOptions {
  /** Takes away what stands at the end, as unless given, takes away all, or adds a full stop. */
  readonly how?: "end" | "all" | "add";
}

const rules: Rules<ChangePunctuationOptions> = { how: oneOf(["end", "all", "add"]) };
const names = { end: "no punctuation at the end", all: "no punctuation", add: "a full stop" };
const chinese = /\p{Script=Han}/u;

/**
 * Takes away the punctuation at the end or all of it (apostrophes and hyphens inside of words stay), or adds a
 * full stop where none stands: in Chinese 。
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { changePunctuation, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const random = Random.fromSeed(1);
 * assert.equal(changePunctuation().apply("so good!!", random), "so good");
 * assert.equal(changePunctuation({ how: "add" }).apply("很好", random), "很好。");
 * ```
 */
export function changePunctuation(options: ChangePunctuationOptions = {}): Perturbation {
  checkOptions("changePunctuation", options, rules);
  const { how = "end" } = options;
  return {
    name: names[how],
    apply(text) {
      const bare = text.replace(/[\s\p{P}]+$/u, "");
      if (bare === "") return undefined;
      if (how === "end") return unlessSame(text, bare);
      if (how === "add") {
        return /\p{P}\s*$/u.test(text) ? undefined : bare + (chinese.test(text) ? "。" : ".");
      }
      const without = text.replace(
        /(?<=\p{L})['’-](?=\p{L})|\p{P}/gu,
        (mark, at) =>
          /['’-]/.test(mark) && /\p{L}/u.test(text[at - 1] ?? "") &&
            /\p{L}/u.test(text[at + 1] ?? "")
            ? mark
            : " ",
      );
      return unlessSame(text, without.replace(/ +/g, " ").trim());
    },
  };
}
