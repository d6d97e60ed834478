/**
 * One tokenised input, as a model takes it.
 *
 * @module
 */

/** What a model computes at once: a text, a pair of texts, or a window of a long one. */
export interface Sequence {
  /** Token ids with special tokens, [tokens]. */
  readonly ids: Int32Array;
  /** Segments, [tokens]; only where a token is of the second text. */
  readonly types?: Int32Array;
  /** The row of the table that it came from, from 0; windows of one text share it. */
  readonly row: number;
}
