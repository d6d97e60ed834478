/**
 * What a model would answer after each of its blocks.
 *
 * @module
 */

/** An answer that a model would give. */
export interface LensAnswer {
  /** A label, a tag, or a token as text. */
  readonly answer: string;
  /** Its probability; the number itself of a regression. */
  readonly score: number;
}

/** What the model would answer if no further block came. */
export interface LensLayer {
  /** After how many blocks; 0 for the embeddings alone. */
  readonly layer: number;
  /** The likeliest answers, the first one first. */
  readonly likeliest: readonly LensAnswer[];
  /** The score here of what the whole model answers. */
  readonly score: number;
  /** How many answers are likelier here than that one. */
  readonly rank: number;
}

/** A token behind which, or for which, the model answers. */
export interface LensPlace {
  /** The token as text, or the word whose tag it is; absent where the answer is one of the whole text. */
  readonly token?: string;
  /** What the whole model answers here. */
  readonly answer: string;
  /** From the embeddings to the last block. */
  readonly layers: readonly LensLayer[];
}

/** What a model would answer after each of its blocks. */
export interface LogitLens {
  /** The text, or both of a pair. */
  readonly texts: readonly string[];
  readonly places: readonly LensPlace[];
  toString(): string;
}
