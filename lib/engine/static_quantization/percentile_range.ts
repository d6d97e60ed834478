/**
 * The range that leaves out so many of the outermost numbers.
 *
 * @module
 */
import type { Histogram } from "./histogram.ts";
import type { ValueRange } from "./value_range.ts";

/** Where the share of numbers below reaches both ends of a percentile, half of the rest on each side. */
export function percentileRange(
  { counts, edges }: Histogram,
  percentile: number,
): ValueRange {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const left = (100 - percentile) / 200;
  const firstAt = (share: number) => {
    let below = 0;
    for (let bin = 0; bin < counts.length; bin++) {
      below += counts[bin] / all;
      if (below >= share) return bin;
    }
    return counts.length;
  };
  return { low: edges[firstAt(left)], high: edges[firstAt(1 - left)] };
}
