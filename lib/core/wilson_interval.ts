/**
 * How far a share of rows may be off.
 *
 * @module
 */

/** Standard errors on both sides of the mean that hold 95 % of a normal distribution. */
const errors = 1.96;

/** A share of rows with Wilson's 95 % interval (1927), which holds for few rows, too. */
export function wilsonInterval(
  count: number,
  rows: number,
): { readonly mean: number; readonly low: number; readonly high: number; readonly rows: number } {
  const mean = count / rows;
  const z2 = errors ** 2;
  const middle = (mean + z2 / (2 * rows)) / (1 + z2 / rows);
  const half = errors / (1 + z2 / rows) *
    Math.sqrt(mean * (1 - mean) / rows + z2 / (4 * rows ** 2));
  return { mean, low: Math.max(0, middle - half), high: Math.min(1, middle + half), rows };
}
