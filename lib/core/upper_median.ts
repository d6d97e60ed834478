/**
 * The middle of measured numbers.
 *
 * @module
 */

/** The middle number, of an even count the greater of both middle ones, so that it was measured; undefined of none. */
export function upperMedian(numbers: readonly number[]): number | undefined {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
}
