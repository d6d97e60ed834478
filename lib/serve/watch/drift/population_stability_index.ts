/**
 * The population stability index: how far shares have moved.
 *
 * @module
 */
import { checkCounts } from "./check_counts.ts";

/** Half a count more in each bin keeps an empty one from making the index infinite (Anscombe, 1956). */
const pseudoCount = 0.5;

/**
 * Σ (q − p) · ln(q / p) over bins, p and q the shares of two samples: 0 where they are the same. Custom
 * calls 0.1 a small and 0.25 a large move (Siddiqi, 2006), but two small samples of one distribution
 * differ by about (bins − 1) · (1/n + 1/m), so that the index alone is no test. Each bin has half a count
 * more than it was given.
 *
 * @param reference counts of the bins, [bins]
 * @param served counts of the same bins, [bins]
 *
 * Throws an error of kind "input" for lists of unlike lengths, negative counts and samples of nothing.
 *
 * @example
 * ```ts
 * import { populationStabilityIndex } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(populationStabilityIndex([50, 50], [50, 50]), 0);
 * assert.ok(populationStabilityIndex([50, 50], [90, 10]) > 0.25);
 * ```
 */
export function populationStabilityIndex(
  reference: ArrayLike<number>,
  served: ArrayLike<number>,
): number {
  checkCounts("populationStabilityIndex", { reference, served });
  const [p, q] = [reference, served].map((counts) => {
    const all = Array.from(counts, (count) => count + pseudoCount);
    const sum = all.reduce((total, count) => total + count, 0);
    return all.map((count) => count / sum);
  });
  return p.reduce((index, share, bin) => index + (q[bin] - share) * Math.log(q[bin] / share), 0);
}
