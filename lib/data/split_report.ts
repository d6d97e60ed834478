/**
 * What is known of the splits of a data set before training.
 *
 * @module
 */

/** One split in numbers. */
export interface SplitSummary {
  name: string;
  rows: number;
  /** Rows of each class, the most frequent first; a row with several classes counts in each. */
  classes: { name: string; rows: number; share: number }[];
  /** Smallest and largest label and their mean; only for numbers. */
  range?: { smallest: number; mean: number; largest: number };
  /** Rows whose text already occurred in this split. */
  duplicates: number;
  /** Those of them whose classes are not those that the text had before. */
  contradictions: number;
  /** Token lengths below which 50 %, 90 %, 99 % and all of the rows are; if lengths are given. */
  tokens?: { half: number; most: number; nearly: number; all: number };
}

/** The splits of a data set in numbers; `String(report)` is a text for people. */
export interface SplitReport {
  splits: SplitSummary[];
  /** Rows of the second split whose text is also in the first, for each pair that shares any. */
  shared: { first: string; second: string; rows: number; examples: string[] }[];
  /** Labels that a split has and the training split lacks. */
  absent: { split: string; labels: string[] }[];
  /** What to look at in the names of the classes, in words. */
  notes: string[];
  toString(): string;
}
