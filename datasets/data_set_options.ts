/**
 * The options of a data set, checked.
 *
 * @module
 */
import { mistakes } from "../lib/core/errors.ts";
import { didYouMean } from "../lib/core/nearest.ts";

/** What an option must be, in words, and whether it is. */
export type OptionRule = readonly [wants: string, fits: (value: unknown) => boolean];

/** 1, 2, 3 … */
export const wholeNumber: OptionRule = [
  "a whole number above 0",
  (value) => Number.isSafeInteger(value) && value as number > 0,
];

/** One of some words. */
export function oneWordOf(...words: string[]): OptionRule {
  return [words.map((word) => `"${word}"`).join(" or "), (value) => words.includes(`${value}`)];
}

const seed: OptionRule = ["a whole number", (value) => Number.isSafeInteger(value)];

/** What the options that all data sets know must be; only some can be split. */
export function optionRules(splits: boolean): Record<string, OptionRule> {
  return { rows: wholeNumber, seed, ...(splits ? { split: oneWordOf("train", "test") } : {}) };
}

/** Throws one error of kind "input" with every option that is unknown or breaks its rule. */
export function checkOptions(
  name: string,
  options: Readonly<Record<string, unknown>>,
  rules: Readonly<Record<string, OptionRule>>,
): void {
  const wrong = Object.entries(options).flatMap(([key, value]) => {
    if (!Object.hasOwn(rules, key)) {
      return [`there is no option ${key}${didYouMean(key, Object.keys(rules))}`];
    }
    const [wants, fits] = rules[key];
    return value === undefined || fits(value)
      ? []
      : [`${key} is ${JSON.stringify(value)}, but must be ${wants}`];
  });
  if (wrong.length > 0) {
    throw mistakes("input", `these options of the data set ${name} make no sense:`, wrong);
  }
}
