/**
 * Summarization: a short text after a long one.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { anyText, required, type Rules, text, whole } from "../core/option_rules.ts";
import { type PairTask, pairTask, type Text2TextOptions } from "./text2text.ts";

/** What columns mean. */
export interface SummarizationOptions extends Pick<Text2TextOptions, "prefix" | "maxTargetTokens"> {
  /** The column of the long text. */
  readonly text: string;
  /** The column of its summary. */
  readonly summary: string;
  /** The language of both as the tokenizer names it, `"en_XX"`; for models that are told (mBART). */
  readonly language?: string;
}

const rules: Rules<SummarizationOptions> = {
  text: required(text),
  summary: required(text),
  prefix: anyText,
  maxTargetTokens: whole,
  language: text,
};

/**
 * Summarization with an encoder-decoder. A T5 is used to the prefix `"summarize: "`.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { summarization } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = summarization({ text: "article", summary: "headline", maxTargetTokens: 32 });
 * assert.equal(task.name, "summarization");
 * ```
 */
export function summarization(options: SummarizationOptions): PairTask {
  checkOptions("summarization", options, rules);
  const { text, summary, language, ...others } = options;
  return pairTask("summarization", { ...options }, {
    ...others,
    source: text,
    target: summary,
    sourceLanguage: language,
    targetLanguage: language,
  });
}
