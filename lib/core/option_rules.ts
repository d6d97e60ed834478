/**
 * What options must be: rules for `checkOptions`.
 *
 * @module
 */
import { isRecord } from "./objects.ts";
import { didYouMean } from "./nearest.ts";

/**
 * What an option must be, in words that follow "must be", whether a value is, what a wrong one may have
 * been meant as, and whether the option must be given.
 */
export type Rule = readonly [
  wants: string,
  fits: (value: unknown) => boolean,
  hint?: ((value: unknown) => string) | undefined,
  isRequired?: boolean,
];

/** One rule for each option; a function's options are those that it has a rule for. */
export type Rules<Options = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Options]-?: Rule;
};

/** 1, 2, 3 … */
export const whole: Rule = [
  "a whole number above 0",
  (value) => Number.isSafeInteger(value) && value as number > 0,
];
/** 0, 1, 2 … */
export const wholeFrom0: Rule = [
  "a whole number from 0",
  (value) => Number.isSafeInteger(value) && value as number >= 0,
];
/** … −1, 0, 1 … */
export const integer: Rule = ["a whole number", Number.isSafeInteger];
/** Any number that is one. */
export const finiteNumber: Rule = ["a finite number", Number.isFinite];
/** Above 0. */
export const positive: Rule = [
  "a number above 0",
  (value) => Number.isFinite(value) && value as number > 0,
];
/** 0 or above. */
export const notNegative: Rule = [
  "a number from 0",
  (value) => Number.isFinite(value) && value as number >= 0,
];
/** From 0 to below 1, such as a dropout probability. */
export const share: Rule = [
  "a number in [0, 1)",
  (value) => typeof value === "number" && value >= 0 && value < 1,
];
/** Above 0, at most 1. */
export const wholeShare: Rule = [
  "a number in (0, 1]",
  (value) => typeof value === "number" && value > 0 && value <= 1,
];
/** On or off. */
export const yesOrNo: Rule = ["true or false", (value) => typeof value === "boolean"];
/** A text with something in it. */
export const text: Rule = ["a text", (value) => typeof value === "string" && value !== ""];
/** A text, the empty one too. */
export const anyText: Rule = ["a text", (value) => typeof value === "string"];
/** Texts with something in them. */
export const texts: Rule = [
  "a list of texts",
  (value) => Array.isArray(value) && value.every((each) => text[1](each)),
];
/** A function of one's own. */
export const callable: Rule = ["a function", (value) => typeof value === "function"];
/** What stops work. */
export const abortSignal: Rule = [
  "an AbortSignal",
  (value) => typeof (value as AbortSignal | null)?.aborted === "boolean",
];
/** Named values, such as `{ from: 0.75 }`. */
export const record: Rule = [
  "an object",
  isRecord,
];
/** A list, whatever is in it. */
export const list: Rule = ["a list", (value) => Array.isArray(value)];
/** Numbers in a row, of any of JavaScript's kinds. */
export const numberList: Rule = [
  "a list of numbers",
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
];
/** What the function itself looks at, with more words. */
export const anything: Rule = ["anything", () => true];

/** The same of an option that must be given. */
export function required([wants, fits, hint]: Rule): Rule {
  return [wants, fits, hint, true];
}

/** One of some words. */
export function oneOf(words: readonly string[]): Rule {
  return [
    `one of ${words.join(", ")}`,
    (value) => words.includes(value as string),
    (value) => typeof value === "string" ? didYouMean(value, words) : "",
  ];
}

/** One or more of some words, each once. */
export function someOf(words: readonly string[]): Rule {
  return [
    `a list of some of ${words.join(", ")}, each once`,
    (value) =>
      Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
      value.every((each) => words.includes(each)),
    (value) => {
      const other = [value].flat().find((each) => !words.includes(each as string));
      return typeof other === "string" ? didYouMean(other, words) : "";
    },
  ];
}
