/**
 * Whether a classifier can tell two samples of vectors apart.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../../core/errors.ts";
import { logisticRegression } from "../../../evaluate/logistic_regression.ts";
import { ranksOf } from "../../../metrics/ranks.ts";
import type { DriftTest } from "./chi_square.ts";
import { normalTail } from "../../../core/gamma_tail.ts";

/** A test of vectors. */
export interface TwoSampleClassifierTest extends DriftTest {
  /** The area under the ROC curve on the vectors that the classifier has not seen; 0.5 is chance. */
  readonly statistic: number;
  /** Vectors that it learned from, and those that it was tested on. */
  readonly trained: number;
  readonly tested: number;
}

/** Fewer vectors on a side leave nothing to learn from. */
const least = 4;
/** The inverse of the penalty, for vectors of length 1. */
const c = 1;

/**
 * A two-sample test by classification (Lopez-Paz and Oquab, 2017, arXiv 1610.06545): logistic regression
 * learns every second vector of each sample, and tells the others apart by chance alone where both are of one
 * distribution. The p-value is that of the rank sum of its scores, one-sided, by the normal approximation with
 * ties (Mann and Whitney, 1947), as in SciPy's `mannwhitneyu(method="asymptotic", use_continuity=False)`.
 *
 * Both samples must be in an order that says nothing, or in that of time. Vectors should have a length near 1.
 *
 * @param reference [vectors][size]
 * @param served [vectors][size]
 *
 * Throws an error of kind "input" for fewer than four vectors on a side, and of kind "data" for vectors of
 * several lengths.
 *
 * @example
 * ```ts
 * import { twoSampleClassifier } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const circle = (from: number) =>
 *   Array.from({ length: 40 }, (_, i) => [Math.cos(from + i / 20), Math.sin(from + i / 20)]);
 * assert.ok(twoSampleClassifier(circle(0), circle(0)).pValue > 0.05);
 * assert.ok(twoSampleClassifier(circle(0), circle(2)).pValue < 1e-5);
 * ```
 */
export function twoSampleClassifier(
  reference: readonly ArrayLike<number>[],
  served: readonly ArrayLike<number>[],
): TwoSampleClassifierTest {
  if (reference.length < least || served.length < least) {
    throw new TunebookError(
      "input",
      `twoSampleClassifier needs ${least} vectors of each sample, but got ` +
        `${reference.length} and ${served.length}`,
    );
  }
  checkLengths([...reference, ...served]);
  const sides = [reference, served].map((vectors) =>
    [0, 1].map((half) => vectors.filter((_, at) => at % 2 === half))
  );
  const [[knownReference, newReference], [knownServed, newServed]] = sides;
  const known = [...knownReference, ...knownServed];
  const labels = known.map((_, at) => at < knownReference.length ? "a reference" : "b served");
  const fitted = logisticRegression(known, labels, { c });
  const [weights] = fitted.coefficients;
  // Ranked by the linear score, which the logistic function does not round to equal values.
  const scoreOf = (vector: ArrayLike<number>) =>
    weights.reduce((sum, weight, i) => sum + weight * vector[i], 0);
  const { area, pValue } = rankSum(newServed.map(scoreOf), newReference.map(scoreOf));
  return {
    statistic: area,
    pValue,
    trained: known.length,
    tested: newReference.length + newServed.length,
  };
}

/** How often the first scores are above the second ones, and how likely chance does as well. */
function rankSum(
  above: readonly number[],
  below: readonly number[],
): { readonly area: number; readonly pValue: number } {
  const [n, m] = [above.length, below.length];
  const all = n + m;
  const ranks = ranksOf([...above, ...below]);
  const sum = ranks.subarray(0, n).reduce((total, rank) => total + rank, 0);
  const area = (sum - n * (n + 1) / 2) / (n * m);
  const tied = new Map<number, number>();
  for (const rank of ranks) tied.set(rank, (tied.get(rank) ?? 0) + 1);
  let ties = 0;
  for (const count of tied.values()) ties += count ** 3 - count;
  const variance = (all + 1 - ties / (all * (all - 1))) / (12 * n * m);
  return { area, pValue: variance > 0 ? normalTail((area - 0.5) / Math.sqrt(variance)) : 1 };
}

/** All vectors have the length of the first one. */
function checkLengths(vectors: readonly ArrayLike<number>[]): void {
  const { length: size } = vectors[0];
  const wrong = vectors.flatMap(({ length }, at) =>
    length === size ? [] : [`vector ${at + 1}: ${length} numbers, not ${size}`]
  );
  if (wrong.length > 0) throw mistakes("data", "these vectors cannot be compared:", wrong);
}
