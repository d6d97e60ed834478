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
import { kebab } from "./train_flags.ts";

/** What a task is tried on where no data is named, out of npm packages. */
const defaultData: Readonly<Record<string, string>> = {
  "text-classification": "sentiment",
  "token-classification": "brownNames?rows=6000",
  "question-answering": "wordnetQuestions?rows=6000",
  "sentence-embeddings": "wordnetPairs?rows=6000",
  "text-generation": "sentiment",
};

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

/** Reads the flags of the data and of its task. */
export function dataOfFlags(read: FlagReader): FlagData {
  const named = read.text("data");
  const asked = read.text("task");
  const card = named === undefined ? undefined : findDataSet(named)?.card;
  const known = Object.keys(tasks);
  if (asked !== undefined && !known.includes(asked)) {
    read.wrong.push(
      `there is no task "${asked}"${didYouMean(asked, known)}. Tasks: ${known.join(", ")}`,
    );
  }
  const wanted = asked ?? card?.task ?? "text-classification";
  const task = known.includes(wanted) ? wanted : "text-classification";
  const source = named ?? defaultData[task];
  checkSource(source, read.wrong);
  const settings = settingsOf(task, source, read);
  const split = { ...sizeOf("test", read), ...sizeOf("validation", read) };
  const isShort = task === "text-classification" || task === "text-generation";
  return {
    task,
    settings,
    json: {
      data: source,
      ...(isShort ? { columns: { ...settings, ...split } } : {
        task: { name: task, settings },
        ...(Object.keys(split).length > 0 ? { split } : {}),
      }),
    },
  };
}

/** The scores of a task where none are named. */
export function defaultMetrics({ task, settings }: FlagData): readonly string[] {
  try {
    const { kind, metric } = taskOf(task, settings);
    const own = metricNamesOf(kind).filter((name) => !metrics[name].isTable);
    return classMetrics[kind] ?? [metric, ...own.filter((name) => name !== metric)];
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

/** The task's options: its flags, and the columns of a data set where they are not given. */
function settingsOf(task: string, source: string, read: FlagReader): Record<string, unknown> {
  const { flags } = tasks[task];
  const card = findDataSet(source)?.card;
  const own = Object.fromEntries(
    flags.map((flag) => [flag.name, valueOf(flag, read)] as const)
      .filter(([, value]) => value !== undefined),
  );
  const columns = { ...columnsFor(task, card), ...own };
  const others = Object.values(tasks).flatMap(({ flags }) => flags)
    .filter(({ name }) => read.has(name) && !flags.some((flag) => flag.name === name));
  for (const { name } of new Set(others)) {
    read.wrong.push(`--${kebab(name)} is no flag of ${task}; see --task ${task} --help`);
  }
  for (const name of required[task] ?? []) {
    if (columns[name] !== undefined) continue;
    read.wrong.push(`--${name} is missing: ${missing[name]} of ${source}`);
    columns[name] = "?";
  }
  return columns;
}

/** The flags without which a task makes no sense, for an error that says it in the flags' words. */
const required: Readonly<Record<string, readonly string[]>> = {
  "text-classification": ["text", "label"],
  "text-generation": ["text"],
};
const missing: Readonly<Record<string, string>> = {
  text: "the column with the texts",
  label: "the column to predict",
};

function columnsFor(
  task: string,
  card: { readonly task: string; readonly columns: object } | undefined,
): Record<string, unknown> {
  if (card?.task === task) return { ...card.columns };
  const { text } = (card?.columns ?? {}) as { text?: string };
  return task === "text-generation" && text !== undefined ? { text } : {};
}

function valueOf({ name, value }: TaskFlag, read: FlagReader): unknown {
  switch (value) {
    case "number":
      return read.number(name);
    case "switch":
      return read.switch(name);
    case "list":
      return read.list(name)?.map((part) => Number.isNaN(Number(part)) ? part : Number(part));
    default:
      return read.text(name);
  }
}

function sizeOf(name: "test" | "validation", read: FlagReader): Record<string, unknown> {
  const value = read.value(name);
  return value === undefined ? {} : { [name]: value };
}
