/**
 * What an error analysis looks at.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, type Rule, type Rules, whole } from "../../core/option_rules.ts";

/** What an error analysis looks at. */
export interface ErrorAnalysisOptions {
  /** How many rows of each list, and how many groups of duplicates, are shown; 12 unless given. */
  readonly shown?: number;
  /**
   * In how many of 64 bits the perceptual hashes of images that count as near duplicates may differ; 2 unless
   * given, and 0 for the same hash. Unlike images differ in about 32.
   */
  readonly maxDistance?: number;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const allBits = 64;
const bits: Rule = [
  "a whole number from 0 to 64",
  (value) => Number.isInteger(value) && value as number >= 0 && value as number <= allBits,
];

const rules: Rules<ErrorAnalysisOptions> = {
  shown: whole,
  maxDistance: bits,
  signal: abortSignal,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkErrorAnalysisOptions(options: unknown): void {
  checkOptions("errorAnalysis", options, rules);
}
