/**
 * Held-out pairs of answers with their rewards.
 *
 * @module
 */
import type { AnyPreferencePredictions } from "../../nn/preference_predictions.ts";
import { count, type PredictionsTable, ranked } from "./ranked_rows.ts";

const digits = 3;

/** Absent where a row has several pairs, or answers are no pairs. */
export function preferenceTable(
  { rows, chosen, rejected, isPaired }: AnyPreferencePredictions,
): PredictionsTable | undefined {
  const isOne = chosen.rowOf.length === rows && chosen.rowOf.every((row, at) => row === at);
  if (!isPaired || !isOne) return undefined;
  const margin = (row: number) => chosen.rewards[row] - rejected.rewards[row];
  return {
    columns: ["better answer", "worse answer", "margin"],
    numeric: [true, true, true],
    ...ranked(rows, (row) => -margin(row)),
    wrong: count(rows, (row) => margin(row) <= 0),
    sorting: "those whose worse answer is rewarded most above the better one first",
    cells: (row) => [
      chosen.rewards[row].toFixed(digits),
      rejected.rewards[row].toFixed(digits),
      margin(row).toFixed(digits),
    ],
  };
}
