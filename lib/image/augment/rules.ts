/**
 * What options of augmentations must be.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { type Rule, whole } from "../../core/option_rules.ts";

/** Two numbers, in order. */
export function range(wants: string, fits: (low: number, high: number) => boolean): Rule {
  return [
    wants,
    (value) =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) &&
      fits(value[0], value[1]),
  ];
}

/** How likely something happens. */
export const probabilityRule: Rule = [
  "a number in [0, 1]",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
];

/** The edge of a square, or width and height. */
export const sizeRule: Rule = [
  "a whole number above 0, or { width, height }",
  (value) => whole[1](value) || isRecord(value) && whole[1](value.width) && whole[1](value.height),
];
