/**
 * The rows and the task that a stage `.data()` names.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { requireColumns } from "../table/columns.ts";
import { taskAndSplit } from "./check_stages.ts";
import { heldOutByColumn } from "./held_out_by_column.ts";
import { sourceMistake, uselessRead } from "./plan_mistakes.ts";
import type { AnyTask, DataOptions, DataSource, PlanSpec, SplitSettings } from "./plan_spec.ts";

/**
 * Checks what was named.
 *
 * @param what a task, or the columns of the short form with the split
 * @param own the split beside a task
 * @throws {TunebookError} of kind `input` for columns that a table lacks, and for what is no task.
 */
export function namedData(
  source: DataSource,
  what: AnyTask | DataOptions,
  own: SplitSettings,
): Pick<PlanSpec, "data" | "task" | "split"> {
  const { task, split } = taskAndSplit(what, own);
  const wrong = sourceMistake(source) ?? uselessRead(source, split);
  if (wrong) throw new TunebookError("input", wrong);
  if (typeof source !== "string") requireColumns(source, task.columns, "the data");
  const { data, split: held } = heldOutByColumn(source, task, split);
  return { data, task, split: Object.freeze({ ...held }) };
}
