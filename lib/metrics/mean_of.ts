/**
 * The mean of numbers.
 *
 * @module
 */

/** The mean; NaN where there are none. */
export function meanOf(numbers: Float64Array): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
