/**
 * Columns of numbers that judged rows bring with them.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { plainNumber } from "../../table/infer_column.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";

/** What the numbers are. */
export interface NumberColumns {
  /** What errors call the table. */
  readonly where: string;
  /** What errors call the numbers, `margins`. */
  readonly noun: string;
  /** What each must be, in words. */
  readonly must: string;
  /** The greatest that one may be; none unless given. */
  readonly most?: number;
}

/**
 * The numbers of each column, [rows]. Throws one error of kind "data" with every row whose value is no finite number,
 * or too great.
 */
export function readNumbers(
  table: Table,
  names: readonly string[],
  { where, noun, must, most = Infinity }: NumberColumns,
): Float64Array[] {
  requireColumns(table, names, where);
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const cells = names.map((name) => columnValues(table, name));
  const columns = names.map(() => new Float64Array(table.numRows()));
  for (let row = 0; row < table.numRows(); row++) {
    for (const [at, name] of names.entries()) {
      const cell = cells[at][row];
      const value = typeof cell === "string" ? plainNumber(cell) : Number(cell ?? NaN);
      const isRight = value !== undefined && Number.isFinite(value) && value <= most;
      if (isRight) columns[at][row] = value;
      else {wrong.push(
          `${source.nameOf(row)}: ${quoted(name)} is ${shownValue(cell)}, but must be ${must}`,
        );}
    }
  }
  if (wrong.length === 0) return columns;
  throw mistakes("data", `the ${noun} of ${source.where} are wrong:`, wrong);
}
