/**
 * Which rows a model has right.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";

/** Answers beside what is right, both by row. */
export interface JudgedRows {
  readonly said: readonly string[];
  readonly truth: readonly string[];
  readonly right: readonly boolean[];
}

/**
 * What `model.predict` said to the rows of a table, beside their labels.
 *
 * @param of what is asked, for errors
 * @throws {TunebookError} of kind `input` for other numbers of answers and for answers without one label, of kind
 *   `data` for labels that the model does not know.
 */
export function judgedRows(
  of: string,
  answers: readonly SaidLabel[],
  table: Table,
  label: string,
): JudgedRows {
  requireColumns(table, [label], "the rows");
  if (answers.length !== table.numRows() || answers.length === 0) {
    throw new TunebookError(
      "input",
      `${of} takes an answer for each row, but got ${answers.length} answers to ${table.numRows()} rows`,
    );
  }
  if (!answers.every((answer) => typeof answer?.label === "string" && answer.probabilities)) {
    throw new TunebookError(
      "input",
      `${of} takes answers of one label each, as predict gives them`,
    );
  }
  const truth = columnValues(table, label).map(String);
  const known = new Set(Object.keys(answers[0].probabilities));
  const { placeOf } = sourceRows(table, "the rows");
  const strange = truth.flatMap((name, row) =>
    known.has(name) ? [] : [`${placeOf(row)}: ${quoted(name)}`]
  );
  if (strange.length > 0) {
    const names = [...known].join(", ");
    throw mistakes("data", `${label} has labels that the model does not know (${names}):`, strange);
  }
  const said = answers.map((answer) => String(answer.label));
  return { said, truth, right: said.map((name, row) => name === truth[row]) };
}
