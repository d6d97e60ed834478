/**
 * What a logit lens looks at.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, type Rules, text, whole } from "../../core/option_rules.ts";

/** What a logit lens looks at. */
export interface LogitLensOptions {
  /** So many answers are given of each block, the likeliest first; 3 unless given. */
  readonly top?: number;
  /** Of language models, behind how many of the last tokens it looks; 8 unless given. */
  readonly places?: number;
  /** Of tasks that tag words, the word whose tag is looked at, where it first stands in each text. */
  readonly word?: string;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const rules: Rules<LogitLensOptions> = {
  top: whole,
  places: whole,
  word: text,
  signal: abortSignal,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkLogitLensOptions(options: unknown): void {
  checkOptions("logitLens", options, rules);
}
