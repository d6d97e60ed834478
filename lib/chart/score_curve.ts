/**
 * How many objects a detector finds, and how many of its boxes are right, at every threshold of the
 * score.
 *
 * @module
 */

/** What counting the boxes from a score on gives. */
export interface ScorePoint {
  readonly score: number;
  /**
   * The threshold that counts these boxes and no others: halfway to the next lower score, so that "above" and
   * "at or above" are the same.
   */
  readonly threshold: number;
  /** The share of right boxes among those with this score or a higher one. */
  readonly precision: number;
  /** The share of the objects that they find. */
  readonly recall: number;
  /** The harmonic mean of both; 0 where both are. */
  readonly f1: number;
}

/** The points of a class, or of all classes together. */
export interface ScoreCurve {
  /** The class. */
  readonly label: string;
  /** How many objects there are. */
  readonly objects: number;
  /**
   * A point for each score at which objects are found and one for the last score before it, the highest first:
   * in between, precision only falls and recall stays.
   */
  readonly points: readonly ScorePoint[];
  /** The area under precision over recall; NaN without objects. */
  readonly averagePrecision: number;
}
