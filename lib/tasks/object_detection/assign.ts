/**
 * The assignment problem: pairs of rows and columns that cost the least together.
 *
 * @module
 */
import { munkres } from "munkres";
import { TunebookError } from "../../core/errors.ts";

/**
 * For each row the column that it is paired with, or −1: each column and each row is in one pair at
 * most, as many pairs as there are rows or columns, with the least sum of costs (Kuhn, "The Hungarian
 * method for the assignment problem", 1955). The sum is that of SciPy's `linear_sum_assignment`.
 *
 * Throws an error of kind "diverged" for costs that are not finite.
 *
 * @param costs [rows · columns], row after row
 */
export function assign(costs: Float64Array, rows: number, columns: number): Int32Array {
  const wrong = costs.find((cost) => !Number.isFinite(cost));
  if (wrong !== undefined) {
    throw new TunebookError(
      "diverged",
      `the model's boxes or scores give a cost of ${wrong}. Train with a lower learning rate, or ` +
        "with clipping.",
    );
  }
  const paired = new Int32Array(rows).fill(-1);
  const table = Array.from(
    paired,
    (_, row) => costs.subarray(row * columns, (row + 1) * columns),
  );
  if (columns === 0) return paired;
  for (const [row, column] of munkres(table)) paired[row] = column;
  return paired;
}
