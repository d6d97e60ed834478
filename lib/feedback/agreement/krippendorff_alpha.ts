/**
 * How far several people agree who need not all have judged everything.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";

/** What the values of ratings are: names, numbers in an order, or numbers whose differences count. */
export type RatingLevel = "nominal" | "ordinal" | "interval";

/** What one rater said of one unit; null or undefined where nothing was said. */
export type Rating = string | number | null | undefined;

/** How to compare ratings. */
export interface KrippendorffAlphaOptions {
  /** What the values are, `nominal` unless given. */
  readonly level?: RatingLevel;
}

/** The names of all levels. */
export const ratingLevels: readonly RatingLevel[] = ["nominal", "ordinal", "interval"];
const rules: Rules<KrippendorffAlphaOptions> = { level: oneOf(ratingLevels) };

/**
 * Krippendorff's alpha: 1 where all agree, 0 where they agree no more than by chance, below 0 where they agree
 * less. Units that fewer than two people judged do not count. NaN where nothing can be said: no unit was judged
 * twice, or all judged units have the same value.
 *
 * Krippendorff, "Content Analysis: An Introduction to Its Methodology", 2004, chapter 11. Equals the PyPI
 * package `krippendorff`.
 *
 * @param ratings what each rater said of each unit, [raters][units]
 *
 * Throws an error of kind "input" for raters with other numbers of units, and for values that are no numbers
 * where the level needs numbers.
 *
 * @example
 * ```ts
 * import { krippendorffAlpha } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const ratings = [["good", "bad", "good", null], ["good", "bad", "bad", "good"]];
 * assert.equal(krippendorffAlpha(ratings).toFixed(3), "0.444");
 * assert.equal(krippendorffAlpha([[1, 2, 3], [1, 2, 3]], { level: "ordinal" }), 1);
 * ```
 */
export function krippendorffAlpha(
  ratings: readonly (readonly Rating[])[],
  options: KrippendorffAlphaOptions = {},
): number {
  checkOptions("krippendorffAlpha", options, rules);
  const { level = "nominal" } = options;
  checkRatings(ratings, level);
  const units = ratedUnits(ratings);
  const values = [...new Set(units.flat())];
  if (level !== "nominal") values.sort((a, b) => Number(a) - Number(b));
  const places = new Map(values.map((value, at) => [value, at]));
  const size = values.length;
  if (size < 2) return NaN;
  // [value × value], how often two people gave these values to one unit
  const coincidences = new Float64Array(size * size);
  for (const unit of units) {
    const own = unit.map((value) => places.get(value)!);
    own.forEach((a, first) =>
      own.forEach((b, second) => {
        if (first !== second) coincidences[a * size + b] += 1 / (own.length - 1);
      })
    );
  }
  const totals = values.map((_, a) => sum(coincidences.subarray(a * size, (a + 1) * size)));
  const all = sum(totals);
  const distance = distanceOf(level, values, totals);
  let [observed, expected] = [0, 0];
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++) {
      const apart = distance(a, b);
      observed += coincidences[a * size + b] * apart;
      expected += totals[a] * totals[b] * apart / (all - 1);
    }
  }
  return 1 - observed / expected;
}

function checkRatings(ratings: readonly (readonly Rating[])[], level: RatingLevel): void {
  const isList = Array.isArray(ratings) && ratings.every((each) => Array.isArray(each));
  if (!isList) {
    throw new TunebookError(
      "input",
      `krippendorffAlpha takes a list of ratings for each rater, but got ${shownValue(ratings)}`,
    );
  }
  const lengths = new Set(ratings.map(({ length }) => length));
  if (lengths.size > 1) {
    throw new TunebookError(
      "input",
      `krippendorffAlpha: the raters have ${[...lengths].join(", ")} units; every unit needs a ` +
        "place for every rater, null where nothing was said",
    );
  }
  const wrong = ratings.flat().find((each) => !isMissing(each) && !fits(each, level));
  if (wrong === undefined) return;
  const wanted = level === "nominal" ? "texts or numbers" : "numbers";
  throw new TunebookError(
    "input",
    `krippendorffAlpha: a rating is ${shownValue(wrong)}, but ${level} ratings are ${wanted}`,
  );
}

function isMissing(value: Rating): value is null | undefined {
  return value === null || value === undefined;
}

function fits(value: unknown, level: RatingLevel): boolean {
  return Number.isFinite(value) || level === "nominal" && typeof value === "string";
}

/** The values of each unit that two or more people judged. */
function ratedUnits(ratings: readonly (readonly Rating[])[]): (string | number)[][] {
  const [{ length } = []] = ratings;
  return Array.from({ length }, (_, unit) =>
    ratings.flatMap((own) => {
      const value = own[unit];
      return isMissing(value) ? [] : [value];
    })).filter((unit) => unit.length > 1);
}

/** How far two values are apart, by their places among all values. */
function distanceOf(
  level: RatingLevel,
  values: readonly (string | number)[],
  totals: readonly number[],
): (a: number, b: number) => number {
  if (level === "nominal") return (a, b) => a === b ? 0 : 1;
  if (level === "interval") return (a, b) => (Number(values[a]) - Number(values[b])) ** 2;
  return (a, b) => {
    const [from, to] = a < b ? [a, b] : [b, a];
    return (sum(totals.slice(from, to + 1)) - (totals[from] + totals[to]) / 2) ** 2;
  };
}

function sum(numbers: Iterable<number>): number {
  let all = 0;
  for (const each of numbers) all += each;
  return all;
}
