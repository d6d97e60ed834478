/**
 * Log-probabilities of answers before the training that the rows bring with them.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import type { Rule } from "../../core/option_rules.ts";
import { quoted } from "../../core/quoted.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { plainNumber } from "../../table/infer_column.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { AnswerReference } from "./answer_predictions.ts";

/** The columns of log p of each whole answer, its end token included. */
export interface ReferenceColumns {
  readonly chosen: string;
  readonly rejected: string;
}

/** What `reference` must be. */
export const referenceRule: Rule = [
  '"adapter off", or the columns { chosen, rejected } of log-probabilities',
  (value) =>
    value === "adapter off" ||
    isRecord(value) && Object.keys(value).length === 2 && isName(value.chosen) &&
      isName(value.rejected),
];

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/**
 * log p of the two answers of each row, one after the other. Throws one error of kind "data" with every row whose value is
 * no logarithm of a probability.
 */
export function readReference(
  table: Table,
  { chosen, rejected }: ReferenceColumns,
  where: string,
): AnswerReference {
  const names = [chosen, rejected];
  requireColumns(table, names, where);
  const columns = names.map((name) => columnValues(table, name));
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const found = new Float64Array(2 * table.numRows());
  for (let row = 0; row < table.numRows(); row++) {
    columns.forEach((values, at) => {
      const cell = values[row];
      const value = typeof cell === "string" ? plainNumber(cell) : Number(cell ?? NaN);
      if (value !== undefined && Number.isFinite(value) && value <= 0) found[2 * row + at] = value;
      else {
        wrong.push(
          `row ${source.numberOf(row)}: ${quoted(names[at])} is ${
            quoted(String(cell))
          }, but must be a logarithm of a probability, a finite number up to 0`,
        );
      }
    });
  }
  if (wrong.length > 0) {
    throw mistakes("data", `the log-probabilities of ${source.where} are wrong:`, wrong);
  }
  return { logProbabilities: found };
}
