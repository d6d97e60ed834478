/**
 * How far two people agree who judged the same things.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { oneOf, type Rules } from "../../core/option_rules.ts";

/** How much a disagreement counts. */
export interface CohenKappaOptions {
  /**
   * `none` counts every disagreement alike; `linear` and `quadratic` count how many classes lie between the two,
   * in the order of the values. `none` unless given.
   */
  readonly weights?: "none" | "linear" | "quadratic";
}

const rules: Rules<CohenKappaOptions> = { weights: oneOf(["none", "linear", "quadratic"]) };

/**
 * Cohen's kappa: 1 where both always agree, 0 where they agree no more than by chance. NaN where both give the
 * same class to everything. Equals scikit-learn's `cohen_kappa_score`.
 *
 * Cohen, "A Coefficient of Agreement for Nominal Scales", 1960.
 *
 * @param first what one rater said of each unit, [units]
 * @param second what the other one said of the same units, [units]
 *
 * Throws an error of kind "input" for lists of unlike lengths and for empty ones.
 *
 * @example
 * ```ts
 * import { cohenKappa } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(cohenKappa(["up", "up", "down", "down"], ["up", "down", "down", "down"]), 0.5);
 * ```
 */
export function cohenKappa<Value extends string | number>(
  first: readonly Value[],
  second: readonly Value[],
  options: CohenKappaOptions = {},
): number {
  checkOptions("cohenKappa", options, rules);
  if (first.length !== second.length || first.length === 0) {
    throw new TunebookError(
      "input",
      `cohenKappa takes two lists of one length with something in them, not ${first.length} and ` +
        `${second.length} values`,
    );
  }
  const values = [...new Set([...first, ...second])].sort((a, b) => a < b ? -1 : 1);
  const places = new Map(values.map((value, at) => [value, at]));
  const weight = weightOf(options.weights ?? "none");
  const [ofFirst, ofSecond] = [first, second].map((own) => {
    const counts = new Float64Array(values.length);
    for (const value of own) counts[places.get(value)!]++;
    return counts;
  });
  let [observed, expected] = [0, 0];
  first.forEach((value, at) => {
    observed += weight(places.get(value)!, places.get(second[at])!);
  });
  ofFirst.forEach((count, a) =>
    ofSecond.forEach((other, b) => expected += weight(a, b) * count * other / first.length)
  );
  return 1 - observed / expected;
}

function weightOf(weights: NonNullable<CohenKappaOptions["weights"]>) {
  if (weights === "none") return (a: number, b: number) => a === b ? 0 : 1;
  const power = weights === "linear" ? 1 : 2;
  return (a: number, b: number) => Math.abs(a - b) ** power;
}
