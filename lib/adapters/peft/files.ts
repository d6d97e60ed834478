/**
 * The files of a PEFT folder: `adapter_config.json` and `adapter_model.safetensors`.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { join } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { parseJson } from "../../core/parse_json.ts";
import { readText } from "../../core/read_text.ts";
import { taskNoteField } from "../../core/task_keys.ts";
import { finite } from "../../weights/finite.ts";
import { openSafetensors, type WeightFile } from "../../weights/safetensors.ts";
import type { LabelKind } from "../../data/labels.ts";
import { readTaskNote, type TaskNote } from "../../nn/task_note.ts";
import type { PeftConfig } from "./config.ts";

/** The settings of an adapter. */
export const configFile = "adapter_config.json";
/** Its tensors. */
export const tensorFile = "adapter_model.safetensors";
/** What PEFT's own modules put before every path of the model. */
export const peftPrefix = "base_model.model";
/** The tensor file's metadata in which tunebook keeps the labels' names; PEFT has no place for them. */
export const labelsKey = "tunebook_labels";

/** What its numbers mean: one label, several, or a number. */
export const kindKey = "tunebook_kind";
/** The most tokens of a text in training. */
export const maxTokensKey = "tunebook_max_tokens";

/** What a PEFT folder says, without its tensors. */
export interface PeftHeader {
  readonly folder: string;
  /** The path of the tensors, for errors. */
  readonly path: string;
  /** Every field of `adapter_config.json`, also those that tunebook does not know. */
  readonly config: PeftConfig;
  /** The shape of every tensor by PEFT's name. */
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>;
  /** The labels' names, where tunebook wrote the folder. */
  readonly labels?: readonly string[];
  /** What the head's numbers mean, where tunebook wrote it. */
  readonly kind?: LabelKind;
  /** The most tokens of a text in training, where tunebook wrote it. */
  readonly maxTokens?: number;
  /** The task that it was trained for, where tunebook wrote it. */
  readonly task?: TaskNote;
}

/** A PEFT folder in memory. */
export interface PeftFiles extends PeftHeader {
  /** Every tensor by PEFT's name. */
  readonly tensors: ReadonlyMap<
    string,
    { readonly shape: readonly number[]; readonly data: Float32Array }
  >;
}

const kinds: readonly LabelKind[] = ["single", "multi", "regression"];

/** Reads a PEFT folder. Errors are of kind `weights` and name the file. */
export async function readPeftFiles(folder: string): Promise<PeftFiles> {
  const config = await readConfig(join(folder, configFile));
  const path = join(folder, tensorFile);
  using file = await openSafetensors(path);
  const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, { shape }] of file.tensors) {
    tensors.set(name, { shape, data: finite(await file.readFloat32(name), { name, path }) });
  }
  return { ...notesOf(folder, config, file), tensors };
}

/** Reads what a PEFT folder says, and no tensor. Errors are of kind `weights` and name the file. */
export async function readPeftHeader(folder: string): Promise<PeftHeader> {
  const config = await readConfig(join(folder, configFile));
  using file = await openSafetensors(join(folder, tensorFile));
  return notesOf(folder, config, file);
}

function notesOf(
  folder: string,
  config: PeftConfig,
  { metadata, tensors }: Pick<WeightFile, "metadata" | "tensors">,
): PeftHeader {
  const path = join(folder, tensorFile);
  const labels = labelsOf(path, metadata[labelsKey]);
  const kind = kinds.find((each) => each === metadata[kindKey]);
  const maxTokens = Number(metadata[maxTokensKey]);
  const task = readTaskNote(metadata[taskNoteField], `${path}: ${taskNoteField}`);
  return {
    folder,
    path,
    config,
    tensors: new Map([...tensors].map(([name, { shape }]) => [name, { shape }])),
    ...(labels ? { labels } : {}),
    ...(kind ? { kind } : {}),
    ...(maxTokens > 0 ? { maxTokens } : {}),
    ...(task ? { task } : {}),
  };
}

function labelsOf(path: string, text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  let labels: unknown;
  try {
    labels = parseJson(text);
  } catch {
    // Not what tunebook writes; reported below.
  }
  if (Array.isArray(labels) && labels.every((label) => typeof label === "string")) return labels;
  throw new TunebookError("weights", `${path}: ${labelsKey} is no list of texts: ${text}`);
}

async function readConfig(path: string): Promise<PeftConfig> {
  let config: unknown;
  try {
    config = parseJson(await readText(path));
  } catch (error) {
    throw new TunebookError("weights", `${path} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (isRecord(config)) {
    return config as PeftConfig;
  }
  throw new TunebookError("weights", `${path} is not a JSON object`);
}
