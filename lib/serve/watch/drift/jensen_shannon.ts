/**
 * The Jensen-Shannon distance of two samples in bins.
 *
 * @module
 */
import { checkCounts } from "./check_counts.ts";

/**
 * The square root of the Jensen-Shannon divergence in bits (Endres and Schindelin, 2003): 0 where the
 * shares are the same, 1 where no bin has rows of both. Equals SciPy's `jensenshannon(p, q, base=2)`.
 *
 * @param reference counts or shares of the bins, [bins]
 * @param served counts or shares of the same bins, [bins]
 *
 * Throws an error of kind "input" for lists of unlike lengths, negative counts and samples of nothing.
 *
 * @example
 * ```ts
 * import { jensenShannonDistance } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(jensenShannonDistance([1, 1], [5, 5]), 0);
 * assert.equal(jensenShannonDistance([3, 0], [0, 8]), 1);
 * ```
 */
export function jensenShannonDistance(
  reference: ArrayLike<number>,
  served: ArrayLike<number>,
): number {
  checkCounts("jensenShannonDistance", { reference, served });
  const [p, q] = [reference, served].map((counts) => {
    const all = Array.from(counts);
    const sum = all.reduce((total, count) => total + count, 0);
    return all.map((count) => count / sum);
  });
  const divergence = p.reduce((sum, share, bin) => {
    const mean = (share + q[bin]) / 2;
    return sum + surprise(share, mean) / 2 + surprise(q[bin], mean) / 2;
  }, 0);
  return Math.sqrt(Math.max(0, divergence));
}

function surprise(share: number, mean: number): number {
  return share > 0 ? share * Math.log2(share / mean) : 0;
}
