/**
 * What both sides read: the rows of a task, and the base model as transformers opens it.
 *
 * @module
 */
import { join } from "node:path";
import { dataSets } from "../datasets/mod.ts";
import { resolveModel } from "../lib/weights/resolve_model.ts";
import { encoder } from "./cases.ts";
import type { TaskCase } from "./task_cases.ts";

/** A row with lists and objects in its columns. */
export type TaskRow = Readonly<Record<string, unknown>>;

/** The content of a file of rows. */
export interface TaskRows {
  readonly train: readonly TaskRow[];
  readonly test: readonly TaskRow[];
}

/** Writes the rows of a task as JSON, so that both sides train on the same ones. */
export async function writeRows({ name, train, test }: TaskCase, path: string): Promise<void> {
  const { card } = dataSets[name];
  const columns = Object.values(card.columns);
  const draw = async (split: "train" | "test", rows: number) =>
    (await dataSets[name]({ split, rows })).select(columns).objects() as TaskRow[];
  const both: TaskRows = { train: await draw("train", train), test: await draw("test", test) };
  await Deno.writeTextFile(path, JSON.stringify(both));
}

/** Copies the base model under the file names that transformers looks for. */
export async function writeBase(folder: string): Promise<void> {
  const { config, weights, tokenizer } = await resolveModel(encoder);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.copyFile(config, join(folder, "config.json"));
  await Deno.copyFile(weights, join(folder, "model.safetensors"));
  await Deno.copyFile(tokenizer!, join(folder, "tokenizer.json"));
  const settings = {
    tokenizer_class: "BertTokenizer",
    model_max_length: 512,
    do_lower_case: true,
    cls_token: "[CLS]",
    sep_token: "[SEP]",
    pad_token: "[PAD]",
    unk_token: "[UNK]",
    mask_token: "[MASK]",
  };
  await Deno.writeTextFile(join(folder, "tokenizer_config.json"), JSON.stringify(settings));
}
