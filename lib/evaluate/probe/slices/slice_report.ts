/**
 * What is known of parts of the rows.
 *
 * @module
 */
import type { Table } from "../../../table/table.ts";

/** A part of the rows, and how often a model is right there. */
export interface SliceScore {
  /** What the rows have in common: `"not" in text`, `source = yelp`. */
  readonly name: string;
  readonly rows: number;
  /** The share of them that is right, with Wilson's 95 % interval. */
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
  /** The accuracy of all other rows. */
  readonly elsewhere: number;
  /** The chance of so many errors in so many rows drawn from all: Fisher's exact test, one-sided. */
  readonly pValue: number;
  /** The same, corrected for all slices that were looked at. */
  readonly corrected: number;
  /** Says which rows of another table with the same columns belong here, to score the slice on new rows. */
  holds(table: Table): boolean[];
}

/** Scores of slices; shows itself as a table. */
export interface SliceReport {
  /** All rows, and the share of them that is right. */
  readonly rows: number;
  readonly accuracy: number;
  /** Slices that were looked at, which the p-values are corrected for. */
  readonly tested: number;
  readonly correction: "holm" | "benjaminiHochberg";
  /** From the smallest p-value. */
  readonly slices: readonly SliceScore[];
  toString(): string;
}
