/**
 * The tables of a split data set.
 *
 * @module
 */
import type { Table } from "./table.ts";

/** Rows to train on, to choose by, and to score. */
export interface Splits {
  readonly train: Table;
  readonly validation?: Table;
  readonly test: Table;
}
