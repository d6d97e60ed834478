/**
 * The file or folder that a command line names, where its columns must be known.
 *
 * @module
 */
import { findDataSet } from "../../datasets/mod.ts";
import { TunebookError } from "../core/errors.ts";
import { imageFolder } from "../data/images/image_folder.ts";
import { rememberOrigin } from "../table/origin.ts";
import { formatOf, readTable } from "../table/read_table.ts";
import type { Table } from "../table/table.ts";
import { isColumnFlag } from "../tasks/shared/task_flag.ts";
import { tasks } from "../tasks/mod.ts";
import { FlagReader } from "./flag_reader.ts";
import type { Flags } from "./flags.ts";
import { readingOfFlags } from "./reading_of_flags.ts";

/**
 * The rows of what a command line names, where its columns must be known: of a folder of images by class, and of a
 * file (`rowsOfFile`).
 *
 * Throws an error of kind "input" for a folder that the task does not read, and of kind "data" for what cannot be read.
 */
export async function fileOfFlags(flags: Flags): Promise<Table | undefined> {
  const { data } = flags;
  if (typeof data !== "string" || findDataSet(data)) return undefined;
  if (!await isFolder(data)) return await rowsOfFile(flags, data);
  const task = typeof flags.task === "string" ? flags.task : undefined;
  if (task !== undefined && folderTasks().includes(task)) return await imageFolder(data);
  throw new TunebookError(
    "input",
    `--data ${data} is a folder, and ${
      task ?? "text-classification, the task unless --task names one,"
    } reads ` +
      `files; folders of images, one for each class, are for --task ${folderTasks().join(" or ")}`,
  );
}

/** The tasks that read images with one label each, which is what folders of classes have. */
export function folderTasks(): string[] {
  return Object.keys(tasks).filter((name) =>
    tasks[name].columns.some((kind) => kind.length === 2 && kind.join() === "image,label")
  );
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch {
    // An address, or a file that is missing, which its reader tells.
    return false;
  }
}

/**
 * The file's rows where no flag names a column, so that columns can be chosen by the names that they have;
 * columns without a name, such as pandas' index, are left out, and those of `--omit`. `undefined` for names that do not
 * tell a format, and where flags name columns: the plan reads those alone.
 */
async function rowsOfFile(flags: Flags, data: string): Promise<Table | undefined> {
  const named = Object.values(tasks).flatMap(({ flags }) => flags).filter(isColumnFlag);
  if (named.some(({ name, flag = name }) => flags[flag] !== undefined)) return undefined;
  const read = new FlagReader(flags);
  const reading = readingOfFlags(read);
  const omit = ["", ...read.list("omit") ?? []];
  // What is wrong with the flags is told when the plan is read.
  if (read.wrong.length > 0 || (formatOf(data) ?? reading.format) === undefined) return undefined;
  return rememberOrigin(await readTable(data, { omit, ...reading }), data);
}
