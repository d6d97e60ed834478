/**
 * How many rows a difference of two scores on the same rows needs to be seen.
 *
 * @module
 */
import { normalTail } from "../../core/gamma_tail.ts";

/** Two systems that are scored on the same rows. */
export interface PairedDifference {
  /** How much better the second one is, above 0. */
  readonly difference: number;
  /**
   * The mean square of the rows' differences. Of right and wrong answers it is the share of rows on which one
   * system alone is right.
   */
  readonly meanSquare: number;
}

/** 1 − power and half of the level of a two-sided test, as standard errors: 80 % and 5 %. */
const [powerErrors, levelErrors] = [0.8416212335729143, 1.959963984540054];

/**
 * Rows on which a two-sided paired test of the level 5 % finds the difference in four of five samples (Connor,
 * "Sample size for testing differences in proportions for the paired-sample design", Biometrics 43, 1987; of
 * numbers in the place of right and wrong it is the same sum).
 *
 * @example
 * ```ts
 * import { rowsForDifference } from "./sample_size.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(rowsForDifference({ difference: 0.05, meanSquare: 0.15 }), 469);
 * ```
 */
export function rowsForDifference({ difference, meanSquare }: PairedDifference): number {
  // A difference cannot be larger than what it is made of.
  const square = Math.max(meanSquare, difference);
  const errors = levelErrors * Math.sqrt(square) +
    powerErrors * Math.sqrt(square - difference ** 2);
  return Math.max(1, Math.ceil((errors / difference) ** 2));
}

/** How likely a paired test of the level 5 % finds the difference on so many rows. */
export function powerOf(rows: number, { difference, meanSquare }: PairedDifference): number {
  const square = Math.max(meanSquare, difference);
  const spread = Math.sqrt(square - difference ** 2);
  const errors = Math.sqrt(rows) * difference - levelErrors * Math.sqrt(square);
  if (spread === 0) return errors >= 0 ? 1 : 0;
  return normalTail(-errors / spread);
}

const halvings = 60;

/** The least difference that so many rows show with a power of 80 %; at most 1. */
export function detectableDifference(rows: number, meanSquare: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (rowsForDifference({ difference: middle, meanSquare }) > rows) low = middle;
    else high = middle;
  }
  return high;
}
