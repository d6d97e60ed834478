/**
 * Source → splits with their labels, before any model is opened: mistakes in the data show first.
 *
 * @module
 */
import { dataSets, findDataSet } from "../../../datasets/mod.ts";
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { splitTable } from "../../data/split.ts";
import { splitColumn } from "../../data/split_column.ts";
import type { LabelledTask } from "../../nn/task.ts";
import { requireColumns } from "../../table/columns.ts";
import { originOf } from "../../table/origin.ts";
import { formatOf, readTable, type ReadTableOptions } from "../../table/read_table.ts";
import { sourceTable } from "../../table/source_rows.ts";
import type { Splits } from "../../table/splits.ts";
import type { Table } from "../../table/table.ts";
import { heldOutByColumn } from "../held_out_by_column.ts";
import {
  type AnyTask,
  type DataSource,
  defaultSeed,
  defaultTestShare,
  type PlanSpec,
  type SplitSettings,
} from "../plan_spec.ts";

/** A task with its labels, whatever its answers are. */
// deno-lint-ignore no-explicit-any
export type AnyLabelledTask = LabelledTask<any, any, any>;

/** The rows of a plan and what they are labelled with. */
export interface ReadData {
  readonly splits: Splits;
  readonly task: AnyLabelledTask;
}

/**
 * Reads the data, splits it, and checks columns, rows and labels.
 *
 * @param beside columns that are read from files beside the task's own, where they have them
 */
export async function readStage(
  { data, task, split }: Pick<PlanSpec, "data" | "task" | "split">,
  signal?: AbortSignal,
  beside: readonly string[] = [],
): Promise<ReadData> {
  const { splits, apart } = await readSplits(data, task, split, { signal, beside });
  const labelled = await labelledTask(task, splits, signal);
  for (const { table, where } of apart) {
    if (labelled.checkHeldOut) labelled.checkHeldOut(table, where);
    else task.checkRows(table, where);
  }
  return { splits, task: labelled };
}

/** The task with the labels of its rows, wherever they stand. */
export async function labelledTask(
  task: AnyTask,
  splits: Splits,
  signal?: AbortSignal,
): Promise<AnyLabelledTask> {
  if (!task.findLabels) return task.read(splits);
  return task.withLabels(await task.findLabels(splits, signal));
}

/** Rows and what errors call them. */
export interface ApartRows {
  readonly table: Table;
  readonly where: string;
}

/** Reads rows that have the columns of a task; every row knows where it stands in what was given. */
export async function readRows(
  from: DataSource,
  { columns }: Pick<AnyTask, "columns">,
  name: string,
  options: ReadTableOptions = {},
): Promise<ApartRows> {
  const table = typeof from === "string" ? await openSource(from, { ...options, columns }) : from;
  const where = typeof from === "string" ? from : originOf(from) ?? name;
  requireColumns(table, columns, where);
  return { table: sourceTable(table, where), where };
}

/** Reads the data and holds rows out. All rows know where they stand in what was given. */
async function readSplits(
  source: DataSource,
  task: AnyTask,
  given: SplitSettings,
  { signal, beside }: {
    readonly signal: AbortSignal | undefined;
    readonly beside: readonly string[];
  },
): Promise<{ readonly splits: Splits; readonly apart: readonly ApartRows[] }> {
  const load = (from: DataSource, name: string, optionalColumns: string[] = []) =>
    readRows(from, task, name, { ...given.read, optionalColumns, signal });
  const { table, where } = await load(source, "the data", [splitColumn, ...beside]);
  const { data, split } = heldOutByColumn(table, task, given);
  const { test = defaultTestShare, validation } = split;
  task.checkRows(data, where);
  const apart: { test?: ApartRows; validation?: ApartRows } = {};
  for (const [name, given] of Object.entries({ test, validation })) {
    if (given === undefined || typeof given === "number") continue;
    const loaded = await load(given, `the ${name} data`);
    if (loaded.table.numRows() === 0) {
      throw new TunebookError("data", `${loaded.where} has no rows`);
    }
    apart[name as keyof typeof apart] = loaded;
  }
  const cut = cutSplits(data, {
    ...(typeof test === "number" ? { test } : {}),
    ...(typeof validation === "number" ? { validation } : {}),
    seed: split.seed ?? defaultSeed,
  }, task);
  task.checkSplit?.(cut);
  const { test: ownTest, validation: ownValidation } = apart;
  const splits = {
    ...cut,
    ...(ownTest ? { test: ownTest.table } : {}),
    ...(ownValidation ? { validation: ownValidation.table } : {}),
  } as Splits;
  return { splits, apart: [ownTest, ownValidation].filter((each) => each !== undefined) };
}

/** Cuts off what was given as a size. A split with data of its own leaves the rest to training. */
function cutSplits(
  data: Table,
  { test, validation, seed }: { test?: number; validation?: number; seed: number },
  task: AnyTask,
): Partial<Splits> {
  const stratify = task.stratify === undefined ? {} : { stratify: task.stratify };
  if (test !== undefined) {
    return splitTable(data, { test, seed, ...stratify, ...(validation ? { validation } : {}) });
  }
  if (!validation) return { train: data };
  const { train, test: held } = splitTable(data, { test: validation, seed, ...stratify });
  return { train, validation: held };
}

/** Reads only the columns of the task: another one, such as pandas' index without a name, is in no way. */
async function openSource(
  source: string,
  { columns, optionalColumns = [], format, ...options }: ReadTableOptions & {
    readonly columns: readonly string[];
  },
): Promise<Table> {
  const known = findDataSet(source);
  if (known) {
    const { quote, separator, header } = options;
    if ([format, quote, separator, header].every((each) => each === undefined)) {
      return await known.read();
    }
    throw new TunebookError(
      "input",
      `read says how files are read, but "${source}" is a data set, which is read by itself`,
    );
  }
  if (!formatOf(source) && !format && !source.includes(":") && !await isFile(source)) {
    const names = Object.keys(dataSets);
    throw new TunebookError(
      "input",
      `"${source}" is no file and no data set${didYouMean(source, names)}${shareHint(source)}. ` +
        `Data sets: ${names.join(", ")}`,
    );
  }
  return await readTable(source, {
    ...options,
    // Another file of the plan may have a format that its name tells.
    ...(format === undefined || formatOf(source) ? {} : { format }),
    columns: [...new Set(columns)],
    optionalColumns: optionalColumns.filter((name) => !columns.includes(name)),
  });
}

/** A share as people write it, `20%`. */
function shareHint(source: string): string {
  const percent = /^\s*(\d+(?:[.,]\d+)?)\s*%\s*$/.exec(source)?.[1];
  return percent === undefined
    ? ""
    : `; a share of the rows is a number, ${Number(percent.replace(",", ".")) / 100}`;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isFile, () => false);
}
