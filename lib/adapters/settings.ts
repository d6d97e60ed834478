/**
 * Checks of a method's settings.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";

/** What a setting must be, in words, and whether it is. */
export type Rule = readonly [wants: string, fits: (value: unknown) => boolean];

/** 1, 2, 3 … */
export const whole: Rule = [
  "a whole number above 0",
  (value) => Number.isSafeInteger(value) && value as number > 0,
];
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
/** From 0 to below 1, such as a dropout rate. */
export const share: Rule = [
  "a number in [0, 1)",
  (value) => typeof value === "number" && value >= 0 && value < 1,
];
/** On or off. */
export const yesOrNo: Rule = ["true or false", (value) => typeof value === "boolean"];
/** A choice of layers. */
export const layerNames: Rule = [
  "names or a pattern",
  (value) =>
    value === undefined || typeof value === "string" ||
    (Array.isArray(value) && value.every((name) => typeof name === "string")),
];
/** One of some words. */
export function oneOf(words: readonly string[]): Rule {
  return [`one of ${words.join(", ")}`, (value) => words.includes(value as string)];
}

/** Throws one error of kind "input" with every setting of `method` that breaks its rule. */
export function checkSettings(
  method: string,
  settings: readonly (readonly [name: string, value: unknown, rule: Rule])[],
): void {
  const wrong = settings.flatMap(([name, value, [wants, fits]]) =>
    fits(value) ? [] : [`${name} is ${JSON.stringify(value)}, but must be ${wants}`]
  );
  if (wrong.length > 0) {
    throw mistakes("input", `these settings of ${method} make no sense:`, wrong);
  }
}

/** The settings that were given: those that are not undefined. */
export function given<Settings extends object>(settings: Settings): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<Settings>;
}
