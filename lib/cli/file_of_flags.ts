/**
 * The file or folder that a command line names, where its columns must be known.
 *
 * @module
 */
import { findDataSet } from "../../datasets/mod.ts";
import { TunebookError } from "../core/errors.ts";
import { rememberOrigin } from "../table/origin.ts";
import { formatOf, readTable } from "../table/read_table.ts";
import type { Table } from "../table/table.ts";
import { isColumnFlag } from "../tasks/shared/task_flag.ts";
import { tasks } from "../tasks/mod.ts";
import { annotatedImages } from "./annotated_images.ts";
import { FlagReader } from "./flag_reader.ts";
import type { Flags } from "./flags.ts";
import { readingOfFlags } from "./reading_of_flags.ts";

/**
 * The rows of what a command line names, where its columns must be known: of images in the folders and files that other
 * tools write (`annotatedImages`), and of a file (`rowsOfFile`).
 *
 * Throws an error of kind "input" for a folder that the task does not read, and of kind "data" for what cannot be read.
 */
export async function fileOfFlags(flags: Flags): Promise<Table | undefined> {
  const { data } = flags;
  if (typeof data !== "string" || findDataSet(data)) return undefined;
  const task = typeof flags.task === "string" ? flags.task : undefined;
  const images = task === undefined ? undefined : annotatedImages[task];
  if (!await isFolder(data)) return await images?.file?.(data) ?? await rowsOfFile(flags, data);
  if (images) return await images.folder(data);
  const others = Object.entries(annotatedImages).map(([name, each]) => `${name} (${each!.what})`);
  throw new TunebookError(
    "input",
    `--data ${data} is a folder, and ${
      task ?? "text-classification, the task unless --task names one,"
    } reads files; folders of images are for --task ${others.join(", ")}`,
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
