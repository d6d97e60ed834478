/**
 * Each task with the columns of the rows, and what its models are asked.
 *
 * @module
 */
import { join } from "node:path";
import { columnValues, full, merged, model, pickRows, type Table } from "tunebook";
import type { AnyTask } from "../../lib/pipeline/plan_spec.ts";
import { taskOf, tasks } from "../../lib/tasks/mod.ts";
import { distillation } from "../../lib/tasks/distillation.ts";
import { imageRows, likedRows, textRows } from "./rows.ts";

/** A task, its rows and what a trained model is asked. */
export interface ToyTask {
  readonly task: AnyTask;
  readonly rows: Table;
  readonly inputs: readonly unknown[];
}

/** Rewards and few short answers, for tasks whose models sample. */
const sampled = {
  rewards: ({ completion }: { readonly completion: string }) => completion.length % 5,
  groupSize: 2,
  maxNewTokens: 3,
};
const judged = { template: "plain" };

/** What a task is told beside its columns. */
const extras: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...Object.fromEntries(
    ["grpo", "ppo", "rloo", "online-dpo", "rejection-sampling"].map((name) => [name, sampled]),
  ),
  ...Object.fromEntries(
    ["chat", "reward-model", "dpo", "kto", "orpo", "simpo", "cpo"].map((name) => [name, judged]),
  ),
};

/** What tokenizers of several languages must be told. */
const languages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mbart: { sourceLanguage: "en_XX", targetLanguage: "de_DE" },
  marian: { targetLanguage: "deu" },
};
const user = (content: string) => [{ role: "user", content }];

/** What is asked of a row where it is not the task's first column. */
const asked: Readonly<Record<string, (row: Record<string, unknown>) => unknown>> = {
  "token-classification": ({ text }) => text,
  "question-answering": ({ question, context }) => ({ question, context }),
  "reward-model": ({ prompt, chosen }) => ({ prompt, answer: chosen }),
  ...Object.fromEntries(
    ["chat", "dpo", "kto", "orpo", "simpo", "cpo"].map((name) => [
      name,
      ({ prompt }: Record<string, unknown>) => user(String(prompt)),
    ]),
  ),
  "image-generation": ({ label, caption }) => ({
    ...(caption === undefined ? { label } : { caption }),
    seed: 1,
    steps: 2,
  }),
};

/** How many inputs a trained model is asked. */
const inputCount = 2;

/**
 * A task for a family.
 *
 * @param teacher the folder of a trained model, for distillation
 */
export async function toyTask(name: string, family: string, teacher: string): Promise<ToyTask> {
  if (name === "distillation") {
    const { task, ...others } = await toyTask("text-classification", family, teacher);
    return { ...others, task: distillation(task, { teacher }) as AnyTask };
  }
  const captioned = name === "image-generation" && family === "unet2d_condition";
  const columns = captioned ? ["image", "caption"] : tasks[name].columns[0];
  const task = taskOf(name, {
    ...Object.fromEntries(columns.map((column) => [column, column])),
    ...extras[name],
    ...(name === "translation" ? languages[family] : {}),
  });
  const rows = task.input === "image"
    ? await imageRows()
    : name === "kto"
    ? likedRows()
    : textRows();
  const first = pickRows(rows, Array.from({ length: inputCount }, (_, row) => row));
  const inputs = Array.from({ length: inputCount }, (_, row) => {
    const record = Object.fromEntries(
      [...task.columns, ...first.columnNames()].map((
        column,
      ) => [column, columnValues(first, column)[row]]),
    );
    if (!captioned) delete record.caption;
    return asked[name]?.(record) ?? record[columns[0]];
  });
  return { task, rows, inputs };
}

/** The folder of a model that teaches. */
export async function toyTeacher(reference: string, folder: string): Promise<string> {
  const { task, rows } = await toyTask("text-classification", "bert", "");
  const teacher = join(folder, "teacher");
  const result = await model(reference).data(rows, task, { test: rows }).adapt(full())
    .train({ epochs: 1 }).deploy(merged(teacher)).run({ quiet: true });
  await result.dispose();
  return teacher;
}
