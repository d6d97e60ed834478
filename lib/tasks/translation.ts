/**
 * Translation: a text in another language after a text.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { anyText, required, type Rules, text, whole } from "../core/option_rules.ts";
import { type PairTask, pairTask, type Text2TextOptions } from "./text2text.ts";

/** What columns mean, and from which language into which. */
export interface TranslationOptions extends Text2TextOptions {
  /**
   * The source's language as the tokenizer names it, `"en_XX"`; for models that are told (mBART). Others say
   * it in the `prefix` (T5) or know it (Marian).
   */
  readonly sourceLanguage?: string;
  /** The target's, `"de_DE"`; for a Marian of several targets the code between `>>` and `<<`, `"deu"`. */
  readonly targetLanguage?: string;
}

const rules: Rules<TranslationOptions> = {
  source: required(text),
  target: required(text),
  sourceLanguage: text,
  targetLanguage: text,
  prefix: anyText,
  maxTargetTokens: whole,
};

/**
 * Translation with an encoder-decoder.
 *
 * Throws an error of kind "input" with all options that make no sense; languages that the model's
 * tokenizer does not mark are one when rows are encoded.
 *
 * @example
 * ```ts
 * import { translation } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = translation({ source: "en", target: "de", prefix: "translate English to German: " });
 * assert.deepEqual(task.columns, ["en", "de"]);
 * ```
 */
export function translation(options: TranslationOptions): PairTask {
  checkOptions("translation", options, rules);
  return pairTask("translation", { ...options }, options);
}
