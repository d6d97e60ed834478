/**
 * The rows that are cut into folds: those of the training, never those of the test.
 *
 * @module
 */
import { requireColumns } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { type AnyLabelledTask, labelledTask, readStage } from "../run/read_stage.ts";

/** The rows of a plan without its test rows. */
export interface Pool {
  readonly table: Table;
  /** Validation rows that are data of their own: they stand in no fold. */
  readonly validation?: Table;
  /** Labelled by the rows of the pool alone. */
  readonly task: AnyLabelledTask;
  /** The validation rows of a plan that are cut off its training rows: a share, or so many. */
  readonly validationSize?: number;
  /** A column that groups rows. */
  readonly groups?: string;
}

/**
 * Reads the rows of a plan and sets its test rows aside. Validation rows that the plan cuts off stay in the pool, where
 * each fold cuts off its own.
 *
 * @throws TunebookError as the reading of a plan does, and of kind "data" where there is no such column of groups
 */
export async function readPool(
  { data, task, split }: Pick<PlanSpec, "data" | "task" | "split">,
  { groups, signal }: { readonly groups?: string | undefined; readonly signal: AbortSignal },
): Promise<Pool> {
  const { validation: size, ...others } = split;
  const isCut = typeof size === "number";
  // The test rows of a split are the same with and without validation rows.
  const asked = { data, task, split: isCut ? others : split };
  const { splits } = await readStage(asked, signal, groups === undefined ? [] : [groups]);
  const { train: table, validation } = splits;
  if (groups !== undefined) requireColumns(table, [groups], "the training data");
  const own = { train: table, test: table, ...(validation ? { validation } : {}) };
  return {
    table,
    ...(validation ? { validation } : {}),
    task: await labelledTask(task, own, signal),
    ...(isCut ? { validationSize: size } : {}),
    ...(groups === undefined ? {} : { groups }),
  };
}
