/**
 * One row that a search has found.
 *
 * @module
 */

/** A text that a search has found. */
export interface SearchHit {
  /** The row of the table, counted from 0. */
  readonly row: number;
  /** The cosine with what was asked, in [−1, 1]. */
  readonly score: number;
  /** The values of the row by column. */
  readonly values: Readonly<Record<string, unknown>>;
}
