/**
 * P-values of many tests, corrected for their number.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";

/**
 * Holm's step-down correction (1979): the chance that any of the tests is wrongly found significant stays
 * below the level, however the tests depend on each other.
 *
 * @returns the corrected p-values in the order given
 *
 * Throws an error of kind "input" for what is no probability.
 *
 * @example
 * ```ts
 * import { holm } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(holm([0.01, 0.5, 0.02]), [0.03, 0.5, 0.04]);
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  check("holm", pValues);
  const order = inOrder(pValues);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((test, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[test] * (pValues.length - rank)));
    adjusted[test] = largest;
  });
  return adjusted;
}

/**
 * Benjamini and Hochberg's correction (1995): of the tests that are found significant, at most the level's
 * share is expected to be wrong. Equals SciPy's `false_discovery_control`.
 *
 * @returns the corrected p-values in the order given
 *
 * Throws an error of kind "input" for what is no probability.
 *
 * @example
 * ```ts
 * import { benjaminiHochberg } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(benjaminiHochberg([0.01, 0.5, 0.02]), [0.03, 0.5, 0.03]);
 * ```
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  check("benjaminiHochberg", pValues);
  const adjusted = new Array<number>(pValues.length);
  let smallest = 1;
  inOrder(pValues).reverse().forEach((test, at) => {
    smallest = Math.min(smallest, pValues[test] * pValues.length / (pValues.length - at));
    adjusted[test] = smallest;
  });
  return adjusted;
}

/** Tests from the smallest p-value to the largest. */
function inOrder(pValues: readonly number[]): number[] {
  return Array.from(pValues, (_, test) => test).sort((a, b) => pValues[a] - pValues[b]);
}

function check(of: string, pValues: readonly number[]): void {
  const wrong = pValues.flatMap((p, test) =>
    p >= 0 && p <= 1 ? [] : [`number ${test + 1} is ${p}, but must be from 0 to 1`]
  );
  if (wrong.length > 0) throw mistakes("input", `${of} takes p-values:`, wrong);
}
