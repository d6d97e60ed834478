/**
 * Seconds as timers take them.
 *
 * @module
 */

/** A timer of more milliseconds, some 25 days, rings at once. */
const mostMilliseconds = 2 ** 31 - 1;

/** The milliseconds for `setTimeout`; of a longer time the longest that it knows. */
export function timerMilliseconds(seconds: number): number {
  return Math.min(seconds * 1000, mostMilliseconds);
}
