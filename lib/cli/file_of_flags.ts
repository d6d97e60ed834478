/**
 * The file that a command line names, where its columns must be known.
 *
 * @module
 */
import { findDataSet } from "../../datasets/mod.ts";
import { rememberOrigin } from "../table/origin.ts";
import { formatOf, readTable } from "../table/read_table.ts";
import type { Table } from "../table/table.ts";
import { isColumnFlag } from "../tasks/shared/task_flag.ts";
import { tasks } from "../tasks/mod.ts";
import { FlagReader } from "./flag_reader.ts";
import type { Flags } from "./flags.ts";
import { readingOfFlags } from "./reading_of_flags.ts";

/**
 * The file's rows where no flag names a column, so that columns can be chosen by the names that they have;
 * columns without a name, such as pandas' index, are left out, and those of `--omit`. `undefined` for data
 * sets, whose columns are known, for names that do not tell a format, and where flags name columns: the plan
 * reads those alone. Throws an error of kind "data" for a file that cannot be read.
 */
export async function fileOfFlags(flags: Flags): Promise<Table | undefined> {
  const { data } = flags;
  if (typeof data !== "string" || findDataSet(data)) return undefined;
  const named = Object.values(tasks).flatMap(({ flags }) => flags).filter(isColumnFlag);
  if (named.some(({ name, flag = name }) => flags[flag] !== undefined)) return undefined;
  const read = new FlagReader(flags);
  const reading = readingOfFlags(read);
  const omit = ["", ...read.list("omit") ?? []];
  // What is wrong with the flags is told when the plan is read.
  if (read.wrong.length > 0 || (formatOf(data) ?? reading.format) === undefined) return undefined;
  return rememberOrigin(await readTable(data, { omit, ...reading }), data);
}
