/**
 * Predictions whose rows can be drawn, for intervals over the held-out rows.
 *
 * @module
 */
import type { AnyPredictions } from "./predictions.ts";

/** A list or an array of numbers with one entry a row. */
type Column = readonly unknown[] | Float64Array;

/** Adds `select` to predictions; `columns` are the fields with one entry a row. */
export function selectable<Predicted extends AnyPredictions>(
  predictions: Predicted,
  columns: readonly (keyof Predicted)[],
): Predicted {
  const select = (rows: ArrayLike<number>): Predicted => {
    const chosen = columns.map((name) => [name, drawn(predictions[name] as Column, rows)]);
    return { ...predictions, ...Object.fromEntries(chosen), rows: rows.length };
  };
  return { ...predictions, select };
}

function drawn(column: Column, rows: ArrayLike<number>): Column {
  if (column instanceof Float64Array) return Float64Array.from(rows, (row) => column[row]);
  return Array.from(rows, (row) => column[row]);
}
