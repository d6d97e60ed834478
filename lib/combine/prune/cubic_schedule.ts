/**
 * How much of a model is left after each round of a gradual pruning.
 *
 * @module
 */

/**
 * The share that is kept after a round, which falls fast at first and slowly at last: k + (1 − k) · (1 − t / n)³
 * (Zhu and Gupta 2017, arXiv 1710.01878, whose formula is of what is taken out).
 *
 * @param kept the share that is kept in the end
 * @param round from 1 to `rounds`
 *
 * @example
 * ```ts
 * import { cubicSchedule } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const shares = [1, 2, 3, 4].map((round) => cubicSchedule(0.5, round, 4));
 * assert.deepEqual(shares, [0.7109375, 0.5625, 0.5078125, 0.5]);
 * ```
 */
export function cubicSchedule(kept: number, round: number, rounds: number): number {
  return kept + (1 - kept) * (1 - round / rounds) ** 3;
}
