/**
 * Which training rows speak for answers, and which against.
 *
 * @module
 */

/** A row as a person reads it. */
export interface InfluenceRow {
  /** Which row of its table, from 0. */
  readonly row: number;
  /** The row's number in its source, from 1. */
  readonly number: number;
  /** The text that the task shows of it, or the name of its image. */
  readonly text: string;
  readonly label: string;
}

/** A training row and what it has done to an answer. */
export interface InfluentialRow extends InfluenceRow {
  /**
   * By how much steps on the row lower the held-out row's loss, to first order: above 0 the row speaks for the label
   * of the held-out row, below 0 against it.
   */
  readonly influence: number;
  /** The cosine of the gradients of the two rows' losses, from −1 to 1. */
  readonly cosine: number;
}

/** A training row by how like it is to the model. */
export interface NearRow extends InfluenceRow {
  /** The cosine of what the head reads of the two rows, from −1 to 1. */
  readonly similarity: number;
}

/** What the training rows have done to one held-out row. */
export interface HeldOutInfluence extends InfluenceRow {
  /** Its own loss with the label that it has. */
  readonly loss: number;
  /** Training rows that speak for its label, those with most first. */
  readonly proponents: readonly InfluentialRow[];
  /** Training rows that speak against it, those with most first. */
  readonly opponents: readonly InfluentialRow[];
  /** Training rows that are nearest to the model; absent where the head reads maps of images. */
  readonly nearest?: readonly NearRow[];
  /** Of all training rows, [training rows]. */
  readonly influences: Float64Array;
  /** Of all training rows, [training rows]. */
  readonly cosines: Float64Array;
}

/** Which training rows speak for answers, and which against. */
export interface Influence {
  /** One for each held-out row that was asked. */
  readonly rows: readonly HeldOutInfluence[];
  /** Training rows with most against all of these rows together, those first; the mean over the rows. */
  readonly harmful: readonly InfluentialRow[];
  /** At how many points of the run gradients were taken. */
  readonly points: number;
  toString(): string;
}
