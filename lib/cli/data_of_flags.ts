/**
 * The data and the task that flags describe.
 *
 * @module
 */
import { dataSets, findDataSet } from "../../datasets/mod.ts";
import { didYouMean } from "../core/nearest.ts";
import { metricNamesOf, metrics } from "../metrics/mod.ts";
import { taskOf, tasks } from "../tasks/mod.ts";
import type { TaskFlag } from "../tasks/shared/task_flag.ts";
import type { FlagReader } from "./flag_reader.ts";
import { columnsOfTask } from "./columns_of_task.ts";
import { readingOfFlags } from "./reading_of_flags.ts";
import { defaultsOf, isSeq2Seq } from "./task_defaults.ts";
import { waysToTeach } from "./teacher_flags.ts";
import { teacherOfFlags } from "./teacher_of_flags.ts";
import { kebab, trainFlags } from "./train_flags.ts";

const classMetrics: Readonly<Record<string, readonly string[]>> = {
  single: ["accuracy", "f1"],
  multi: ["f1.micro", "f1"],
  regression: ["mse", "pearson", "spearman"],
};

/** What flags say of the data. */
export interface FlagData {
  readonly task: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The fields of the plan. */
  readonly json: Readonly<Record<string, unknown>>;
}

/**
 * Reads the flags of the data and of its task.
 *
 * @param fileColumns the columns of the file, where flags do not name them
 */
export function dataOfFlags(read: FlagReader, fileColumns?: readonly string[]): FlagData {
  const named = read.text("data");
  const asked = read.text("task");
  const card = named === undefined ? undefined : findDataSet(named)?.card;
  const known = Object.keys(tasks);
  const way = waysToTeach.find((each) => each === asked);
  if (way) {
    read.wrong.push(
      `${way} is a way to learn another task from a teacher: ` +
        `--task ${way === "distillation" ? "NAME" : "chat"} --teacher FOLDER --distillation ${way}`,
    );
  } else if (asked !== undefined && !known.includes(asked)) {
    read.wrong.push(
      `there is no task "${asked}"${didYouMean(asked, known)}. Tasks: ${known.join(", ")}`,
    );
  }
  const wanted = asked ?? card?.task ?? "text-classification";
  const task = known.includes(wanted) ? wanted : "text-classification";
  const defaults = defaultsOf(task);
  const source = named ?? defaults.data ?? "";
  if (source === "") read.wrong.push(`--task ${task} needs --data: no data set is built in for it`);
  else checkSource(source, read.wrong);
  if (defaults.model === undefined && !read.has("model")) {
    read.wrong.push(
      `--task ${task} needs --model, ${
        isSeq2Seq(task) ? "an encoder-decoder such as a T5, BART or Marian" : "such as hf:org/name"
      }`,
    );
  }
  const isOwn = named === undefined;
  const settings = {
    ...(isOwn && !read.has("model") ? defaults.settings : {}),
    ...settingsOf(task, source, read, fileColumns),
  };
  const reading = readingOfFlags(read);
  if (read.list("omit") && !fileColumns) {
    read.wrong.push(
      "--omit has no use: it is for files whose columns no flag names, and whose name or --format tells " +
        "what they are",
    );
  }
  const split = {
    ...(isOwn && defaults.test !== undefined ? { test: defaults.test } : {}),
    ...sizeOf("test", read),
    ...sizeOf("validation", read),
    ...(Object.keys(reading).length > 0 ? { read: reading } : {}),
  };
  const isShort = task === "text-classification" || task === "text-generation";
  const teacher = teacherOfFlags(read);
  const own = { name: task, settings };
  return {
    task,
    settings,
    json: {
      data: source,
      ...(isShort && !teacher ? { columns: { ...settings, ...split } } : {
        task: teacher ? { name: teacher.name, settings: { task: own, ...teacher.settings } } : own,
        ...(Object.keys(split).length > 0 ? { split } : {}),
      }),
    },
  };
}

/** The scores of a task where none are named. */
export function defaultMetrics({ task, settings }: FlagData): readonly string[] {
  try {
    const { kind, metric, sampledKind = kind } = taskOf(task, settings);
    const own = metricNamesOf(sampledKind).filter((name) => !metrics[name].isTable);
    return defaultsOf(task).metrics ?? classMetrics[kind] ??
      [metric, ...own.filter((name) => name !== metric)];
  } catch {
    // What is wrong with the settings is told when the plan is read.
    return [];
  }
}

function checkSource(source: string, wrong: string[]): void {
  if (findDataSet(source) || /[./:]/.test(source)) return;
  const known = Object.keys(dataSets);
  wrong.push(
    `--data is "${source}", which is neither a file nor a data set` +
      `${didYouMean(source, known)}. Data sets: ${known.join(", ")}`,
  );
}

/** The task's options: its flags, and the columns that the data has where no flag names any. */
function settingsOf(
  task: string,
  source: string,
  read: FlagReader,
  fileColumns: readonly string[] | undefined,
): Record<string, unknown> {
  const { flags } = tasks[task];
  const own = withParts(
    flags.map((flag) => [flag.name, valueOf(flag, read)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const known = new Set(flags.map(({ name, flag = name }) => flag));
  const others = Object.values(tasks).flatMap(({ flags }) => flags)
    .map(({ name, flag = name }) => flag)
    .filter((flag) => read.has(flag) && !known.has(flag) && !(flag in trainFlags));
  for (const flag of new Set(others)) {
    read.wrong.push(`--${kebab(flag)} is no flag of ${task}; see --task ${task} --help`);
  }
  const { columns, wrong } = columnsOfTask(task, own, {
    source,
    byOption: byOption(task, source, fileColumns),
    ...(fileColumns ? { all: fileColumns } : {}),
  });
  const hint = wrong.length > 0 && !read.has("task") ? otherTask(task, fileColumns ?? []) : "";
  read.wrong.push(...wrong.map((line) => line + hint));
  return { ...(fileColumns ? {} : alsoFor(task, source)), ...columns, ...own };
}

/** Options by name, those called `kl.weight` in an object of their own. */
function withParts(options: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [name, value] of options) {
    const [option, part] = name.split(".");
    found[option] = part === undefined
      ? value
      : { ...found[option] as Record<string, unknown> | undefined, [part]: value };
  }
  return found;
}

/** Option → column: a data set's own, or the columns of a file under the names that they have. */
function byOption(
  task: string,
  source: string,
  fileColumns: readonly string[] | undefined,
): Readonly<Record<string, unknown>> {
  if (fileColumns) return Object.fromEntries(fileColumns.map((name) => [name, name]));
  return alsoFor(task, source) ?? { ...findDataSet(source)?.card.columns };
}

/** The settings of a task that a data set is not made for but can be read by. */
function alsoFor(task: string, source: string): Readonly<Record<string, unknown>> | undefined {
  const others: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>> = {
    ...findDataSet(source)?.card.alsoFor,
  };
  return others[task];
}

/** Another task whose columns the file has, for a person who has not named one. */
function otherTask(task: string, fileColumns: readonly string[]): string {
  const fitting = Object.keys(tasks).filter((name) =>
    name !== task &&
    tasks[name].columns.some((kind) => kind.every((column) => fileColumns.includes(column)))
  );
  return fitting.length > 0 ? ` (they fit --task ${fitting.join(" or ")})` : "";
}

function valueOf({ name, flag = name, value, parts }: TaskFlag, read: FlagReader): unknown {
  switch (value) {
    case "number":
      return read.number(flag);
    case "switch":
      return read.switch(flag);
    case "boolean":
      return read.boolean(flag);
    case "list":
      return parts ? partsOf(flag, parts, read) : read.list(flag);
    case "numbers":
      return read.numbers(flag);
    case "columns": {
      const list = read.list(flag);
      return list?.length === 1 ? list[0] : list;
    }
    default:
      return read.text(flag);
  }
}

/** An object of the values between commas; another number of them is told and left out. */
function partsOf(flag: string, parts: readonly string[], read: FlagReader): unknown {
  const list = read.list(flag);
  if (list === undefined) return undefined;
  if (list.length === parts.length) {
    return Object.fromEntries(parts.map((part, at) => [part, list[at]]));
  }
  read.wrong.push(`--${kebab(flag)} needs ${parts.join(" and ")}, with a comma between`);
  return undefined;
}

function sizeOf(name: "test" | "validation", read: FlagReader): Record<string, unknown> {
  const value = read.value(name);
  return value === undefined ? {} : { [name]: value };
}
