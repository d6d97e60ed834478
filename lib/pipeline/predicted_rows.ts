/**
 * The held-out rows with what the model said of each, as a table to write or to look through.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { AnyPredictions } from "../nn/predictions.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import { columnValues } from "../table/columns.ts";
import { pickRows, sourceRows } from "../table/source_rows.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import { predictionColumns } from "./display/prediction_columns.ts";
import type { AnyTask } from "./plan_spec.ts";

/** What was said of the held-out rows. */
export interface PredictedRun {
  readonly task: AnyTask;
  /** The held-out rows. */
  readonly table: Table;
  readonly predictions: AnyPredictions;
  /** What was written for some of them, by the rows of the table, where that was scored. */
  readonly written?: { readonly predictions: TextPredictions; readonly rows: readonly number[] };
}

/**
 * One row for each held-out row: its number in its source, what its tool calls it, its own columns, and what the model said. Pixels and
 * other bytes are named, not copied.
 *
 * Throws an error of kind "unsupported" for predictions that are not of single rows.
 */
export function predictedRows({ task, table, predictions, written }: PredictedRun): Table {
  const said = written?.predictions ?? predictions;
  const rows = written ? pickRows(table, written.rows) : table;
  const columns = said.rows === rows.numRows() ? predictionColumns(said) : undefined;
  if (!columns) {
    throw new TunebookError(
      "unsupported",
      `what ${task.name} predicts here, of the kind "${said.kind}", is not one answer for each held-out row, so ` +
        "that there is no table of them; result.predictions has it as it is",
    );
  }
  const { numberOf, tool } = sourceRows(rows, "the test data");
  const each = Array.from({ length: said.rows }, (_, row) => row);
  const names = rows.columnNames();
  const free = (name: string): string => names.includes(name) ? free(`${name}_`) : name;
  const own = names.map((name) => [name, shownCells(task, rows, name)] as const);
  return tableFromColumns([
    [free("row"), each.map(numberOf)],
    ...tool ? [[free(tool.word), each.map(tool.idOf)] as const] : [],
    ...own,
    ...Object.entries(columns).map(([name, values]) => [free(name), values] as const),
  ]);
}

/** The cells of a column; the row's name in a preview where they hold bytes. */
function shownCells(task: AnyTask, table: Table, name: string): readonly unknown[] {
  return columnValues(table, name).map((cell, row) =>
    holdsBytes(cell) ? task.preview(table, row).text : cell
  );
}

function holdsBytes(cell: unknown): boolean {
  if (ArrayBuffer.isView(cell)) return true;
  return typeof cell === "object" && cell !== null && !(cell instanceof Date) &&
    Object.values(cell).some((part) => ArrayBuffer.isView(part));
}
