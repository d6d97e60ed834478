/**
 * What Python reads of a deployed folder beside the numbers of its weights.
 *
 * @module
 */
import { join } from "node:path";
import { quoted } from "../../core/quoted.ts";
import { visible } from "../../core/visible.ts";
import { readJsonObject } from "../../text/tokenizer_files.ts";
import type { Table } from "../../table/table.ts";
import { labelsAround } from "../../weights/pipeline_folder.ts";
import { weightsFolder } from "../pipeline_files.ts";
import type { TrainedModel } from "../trained_model.ts";

type Json = Readonly<Record<string, unknown>>;

/** The small files of a folder that transformers opens. */
export interface FolderFacts {
  readonly folder: string;
  /** `config.json` */
  readonly config: Json;
  /** `tokenizer_config.json`; empty where the model takes no text. */
  readonly tokenizerConfig: Json;
  /** `tokenizer.json`; empty where the model takes no text. */
  readonly tokenizer: Json;
}

/** What a check is given beside the folder. */
export interface CheckContext {
  readonly trained: TrainedModel;
  /** Held-out rows. */
  readonly table: Table;
}

/**
 * Looks at one thing that a reader takes from a folder, and gives a line for each way in which it
 * differs from what the training did, naming the file and the field.
 */
export type FolderCheck = (
  facts: FolderFacts,
  context: CheckContext,
) => readonly string[] | Promise<readonly string[]>;

/** Reads the small files. */
export async function readFacts(
  folder: string,
  trained: Pick<TrainedModel, "trainable">,
): Promise<FolderFacts> {
  const { family } = trained.trainable.model;
  const read = (name: string) => readJsonObject(join(folder, name));
  if (family.component) {
    const path = join(weightsFolder(trained, folder), "config.json");
    const config = await readJsonObject(path);
    const labels = await labelsAround(path, config);
    return { folder, config: { ...config, ...labels }, tokenizerConfig: {}, tokenizer: {} };
  }
  const config = await read("config.json");
  if (family.input !== "text") return { folder, config, tokenizerConfig: {}, tokenizer: {} };
  const tokenizerConfig = await read("tokenizer_config.json");
  return { folder, config, tokenizerConfig, tokenizer: await read("tokenizer.json") };
}

/** A value as messages show it; what could hide in a name is written out. */
export function asJson(value: unknown): string {
  if (value === undefined) return "nothing";
  return typeof value === "string" ? quoted(value) : visible(JSON.stringify(value));
}
