/**
 * Rows in an order that a person wants to look at them in.
 *
 * @module
 */

/** What is said of each row beside its text, and in which order rows are shown. */
export interface PredictionsTable {
  readonly columns: readonly string[];
  /** Which columns hold numbers. */
  readonly numeric: readonly boolean[];
  /** Rows, worst first. */
  readonly order: readonly number[];
  /** How many rows are wrong, where an answer is right or wrong. */
  readonly wrong?: number;
  /** What comes first, in words. */
  readonly sorting: string;
  cells(row: number): readonly string[];
}

/** Rows by how bad they are; equal ones stay in their order. */
export function ranked(
  rows: number,
  badness: (row: number) => number,
): { readonly order: number[] } {
  const values = Array.from({ length: rows }, (_, row) => badness(row));
  return { order: values.map((_, row) => row).sort((a, b) => values[b] - values[a] || a - b) };
}

/** How many of so many things are so. */
export function count(length: number, is: (index: number) => boolean): number {
  let found = 0;
  for (let index = 0; index < length; index++) if (is(index)) found++;
  return found;
}
