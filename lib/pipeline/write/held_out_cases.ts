/**
 * Held-out rows as a model is asked to write for them, looked at before anything is trained.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { WritingCase } from "../../nn/writing.ts";
import { pickRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";

/** What cases are made from. */
export interface HeldOut {
  readonly task: AnyLabelledTask;
  readonly processor: TextProcessor;
  /** The held-out rows. */
  readonly table: Table;
}

/**
 * All rows that ask something.
 *
 * Throws an error of kind "unsupported" for a task whose rows have no texts to write, and of kind "data"
 * where no row asks anything, and with every row that leaves the model no room to answer.
 *
 * @param textModel the model that will be asked
 */
export function heldOutCases(
  { task, processor, table }: HeldOut,
  textModel: TextModel,
): readonly WritingCase[] {
  const cases = task.writing?.cases?.(table, processor, "the held-out rows");
  if (!cases) {
    throw new TunebookError(
      "unsupported",
      `models of the task ${task.task.name} do not write what metrics of written texts score`,
    );
  }
  const { nameOf, where } = sourceRows(table, "the test data");
  if (cases.length === 0) {
    throw new TunebookError(
      "data",
      `no held-out row of ${where} has both something that is asked and a text that answers it, which ` +
        "metrics of written texts need",
    );
  }
  const wrong = cases.filter(({ input }) => !textModel.hasRoom(input, 1))
    .map(({ row }) => nameOf(row));
  if (wrong.length > 0) {
    throw mistakes(
      "data",
      `what these held-out rows of ${where} ask leaves the model no room to write, or has no tokens; ` +
        "shorten or remove:",
      wrong,
    );
  }
  return cases;
}

/**
 * The first held-out rows that ask something and leave room for so many tokens; none for a task without
 * such rows.
 */
export function firstCases(
  { task, processor, table }: HeldOut,
  textModel: TextModel,
  { count, tokens }: { readonly count: number; readonly tokens: number },
): readonly WritingCase[] {
  const found: WritingCase[] = [];
  // Rows are read piece by piece: most tables have enough in the first piece.
  for (let start = 0; start < table.numRows() && found.length < count; start += rowsAtOnce) {
    const end = Math.min(table.numRows(), start + rowsAtOnce);
    const piece = pickRows(table, Array.from({ length: end - start }, (_, i) => start + i));
    const cases = task.writing?.cases?.(piece, processor, "the held-out rows") ?? [];
    found.push(
      ...cases.filter(({ input }) => textModel.hasRoom(input, tokens))
        .map((each) => ({ ...each, row: start + each.row })),
    );
  }
  return found.slice(0, count);
}

const rowsAtOnce = 64;
