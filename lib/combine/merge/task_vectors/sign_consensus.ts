/**
 * Which models agree with most of the others on the direction of a change.
 *
 * @module
 */

/**
 * True for each change whose sign is that of the sum of all (TIES, arXiv 2306.01708, "elect sign"). No
 * change agrees with nobody.
 */
export function agreesWithMost(changes: readonly number[]): boolean[] {
  const isUp = Math.fround(changes.reduce((sum, change) => sum + change, 0)) >= 0;
  return changes.map((change) => isUp ? change > 0 : change < 0);
}
