/**
 * Log-probabilities of answers before the training that the rows bring with them.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { Rule } from "../../core/option_rules.ts";
import type { Table } from "../../table/table.ts";
import type { AnswerReference } from "./answer_predictions.ts";
import { readNumbers } from "./read_numbers.ts";

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
  const columns = readNumbers(table, [chosen, rejected], {
    where,
    noun: "log-probabilities",
    must: "a logarithm of a probability, a finite number up to 0",
    most: 0,
  });
  const found = Float64Array.from(
    { length: 2 * table.numRows() },
    (_, at) => columns[at % 2][Math.floor(at / 2)],
  );
  return { logProbabilities: found };
}
