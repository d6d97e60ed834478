/**
 * In which order rows came about.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import { columnValues } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";

/** An order of rows. */
export interface RowOrder {
  /** What it follows, in words. */
  readonly name: string;
  /** Whether a person has said that it is the order of time. */
  readonly isTime: boolean;
  /** The rows of the table from 0, in their order. */
  readonly rows: readonly number[];
}

/** The order of a column of dates or numbers; as rows stand in their source unless given. */
export function rowOrder(table: Table, column: string | undefined, where: string): RowOrder {
  const all = Array.from({ length: table.numRows() }, (_, row) => row);
  const { nameOf, numberOf } = sourceRows(table, where);
  if (column === undefined) {
    const rows = all.toSorted((a, b) => numberOf(a) - numberOf(b));
    return { name: "how the rows stand", isTime: false, rows };
  }
  const times = columnValues(table, column).map(timeOf);
  const wrong = all.filter((row) => Number.isNaN(times[row])).map((row) =>
    `${nameOf(row)}: ${shownValue(columnValues(table, column)[row])}`
  );
  if (wrong.length > 0) {
    throw mistakes(
      "data",
      `the column "${column}" of ${where} should order the rows, but is no date and no number here:`,
      wrong,
    );
  }
  return { name: column, isTime: true, rows: all.toSorted((a, b) => times[a] - times[b]) };
}

/** A date, a number, or a text that is one; NaN for what is none. */
function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime();
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (typeof value !== "string" || value.trim() === "") return NaN;
  const number = Number(value);
  return Number.isNaN(number) ? Date.parse(value) : number;
}
