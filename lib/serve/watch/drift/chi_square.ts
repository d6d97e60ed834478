/**
 * Whether two samples have their classes in the same shares.
 *
 * @module
 */
import { checkCounts } from "./check_counts.ts";
import { chiSquareTail } from "../../../core/gamma_tail.ts";

/** What a test of two samples found. */
export interface DriftTest {
  readonly statistic: number;
  /** How likely samples of one distribution are to differ so much or more. */
  readonly pValue: number;
}

/** A test of shares. */
export interface ChiSquareTest extends DriftTest {
  /** Degrees of freedom: one less than the classes that occur. */
  readonly freedom: number;
  /** The smallest count that is expected of a class; below 5 the p-value is rough (Cochran, 1954). */
  readonly leastExpected: number;
}

/**
 * Pearson's chi-square test of homogeneity. Classes that neither sample has are left out. Equals SciPy's
 * `chi2_contingency([reference, served], correction=False)`. With one class alone nothing can differ:
 * statistic 0, p-value 1.
 *
 * @param reference counts of the classes, [classes]
 * @param served counts of the same classes, [classes]
 *
 * Throws an error of kind "input" for lists of unlike lengths, negative counts and samples of nothing.
 *
 * @example
 * ```ts
 * import { chiSquareTest } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.ok(chiSquareTest([50, 50], [40, 60]).pValue > 0.1);
 * assert.ok(chiSquareTest([50, 50], [10, 90]).pValue < 1e-8);
 * ```
 */
export function chiSquareTest(
  reference: ArrayLike<number>,
  served: ArrayLike<number>,
): ChiSquareTest {
  checkCounts("chiSquareTest", { reference, served });
  const lists = [Array.from(reference), Array.from(served)];
  const totals = lists.map((counts) => counts.reduce((sum, count) => sum + count, 0));
  const all = totals[0] + totals[1];
  let [statistic, classes, leastExpected] = [0, 0, Infinity];
  for (let at = 0; at < reference.length; at++) {
    const ofClass = lists[0][at] + lists[1][at];
    if (ofClass === 0) continue;
    classes++;
    lists.forEach((counts, sample) => {
      const expected = ofClass * totals[sample] / all;
      leastExpected = Math.min(leastExpected, expected);
      statistic += (counts[at] - expected) ** 2 / expected;
    });
  }
  const freedom = classes - 1;
  const pValue = freedom === 0 ? 1 : chiSquareTail(statistic, freedom);
  return { statistic, pValue, freedom, leastExpected };
}
