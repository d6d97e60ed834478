/**
 * Where the tokens of each example of a batch stand. A padded batch has one example a row; a packed
 * one may have several.
 *
 * @module
 */

/** The offsets of a batch's examples. */
export interface BatchLayout {
  /** Rows of tokens. */
  readonly rows: number;
  /** Tokens of a row. */
  readonly length: number;
  /** Where each example's first token is, counted through all rows, [examples]. */
  readonly starts: Int32Array;
  /** Present where sequences share the tokens that they begin with, which then stand there once. */
  readonly shared?: readonly SharedBeginning[];
}

/** What some sequences of a batch begin with. */
export interface SharedBeginning {
  /** Where its first token is, counted through all rows. */
  readonly start: number;
  readonly tokens: number;
  /** Which sequences of the batch share it. */
  readonly members: readonly number[];
  /** Tokens of each member behind it that are there. */
  readonly lengths: readonly number[];
}

/** One example a row, padded on the right to the longest of `lengths` [examples], in tokens. */
export function paddedLayout(lengths: ArrayLike<number>): BatchLayout {
  const length = Array.from(lengths).reduce((longest, each) => Math.max(longest, each), 0);
  return {
    rows: lengths.length,
    length,
    starts: Int32Array.from({ length: lengths.length }, (_, i) => i * length),
  };
}
