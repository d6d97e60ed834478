/**
 * Holds out what a table itself calls validation and test rows.
 *
 * @module
 */
import { mistakes, TunebookError } from "../core/errors.ts";
import { splitColumn, splitsByColumn } from "../data/split_column.ts";
import type { Table } from "../table/table.ts";
import { originOf } from "../table/origin.ts";
import type { AnyTask, DataSource, SplitSettings } from "./plan_spec.ts";

/**
 * The training rows, and the settings with the rows that the column `split` holds out. Files stay as they are
 * until they are read; so do tables whose task reads that column as something else.
 *
 * @throws TunebookError of kind "input" where the settings hold out what the column does, too, and of kind "data"
 * where the column names no training rows
 */
export function heldOutByColumn<Data extends DataSource>(
  data: Data,
  task: AnyTask,
  split: SplitSettings,
): { readonly data: Data | Table; readonly split: SplitSettings } {
  if (typeof data === "string" || task.columns.includes(splitColumn)) return { data, split };
  const where = originOf(data) ?? "the data";
  const splits = splitsByColumn(data, where);
  if (!splits) return { data, split };
  const { train, ...held } = splits;
  const twice = (["test", "validation"] as const).filter((name) => held[name] && split[name]);
  if (twice.length > 0) {
    throw mistakes(
      "input",
      `the column "${splitColumn}" of ${where} says which rows are held out; leave these away, or the ` +
        "column out of the table:",
      twice,
    );
  }
  if (!train) {
    throw new TunebookError(
      "data",
      `the column "${splitColumn}" of ${where} names no training rows`,
    );
  }
  return { data: train, split: { ...split, ...held } };
}
