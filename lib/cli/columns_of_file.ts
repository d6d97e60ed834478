/**
 * The columns of the file that a command line names.
 *
 * @module
 */
import { findDataSet } from "../../datasets/mod.ts";
import { formatOf, readTable } from "../table/read_table.ts";
import { isColumnFlag } from "../tasks/shared/task_flag.ts";
import { tasks } from "../tasks/mod.ts";
import type { Flags } from "./flags.ts";

/** The columns that CoNLL files are read as. */
const conllColumns: readonly string[] = ["tokens", "tags"];

/**
 * The names of the file's columns where no flag names any, so that they can be chosen by the names that
 * they have; `undefined` for data sets, whose columns are known, and for web addresses, which would be
 * fetched twice. Throws an error of kind "data" for a file that cannot be read.
 */
export async function columnsOfFile(flags: Flags): Promise<readonly string[] | undefined> {
  const { data } = flags;
  if (typeof data !== "string" || findDataSet(data) || /^https?:/i.test(data)) return undefined;
  const named = Object.values(tasks).flatMap(({ flags }) => flags).filter(isColumnFlag);
  if (named.some(({ name, flag = name }) => flags[flag] !== undefined)) return undefined;
  const format = formatOf(data);
  if (format === undefined) return undefined;
  return format === "conll" ? conllColumns : (await readTable(data)).columnNames();
}
