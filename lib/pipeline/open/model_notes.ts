/**
 * What a model's own files say of what it was trained for.
 *
 * @module
 */
import type { Head, ModelConfig } from "../../nn/family.ts";
import { isGguf } from "../../core/gguf/read_gguf.ts";
import { ggufTaskKey, taskNoteField } from "../../core/task_keys.ts";
import { readTaskNote, type TaskNote } from "../../nn/task_note.ts";
import { readTokenizerSettings } from "../../text/read_tokenizer_files.ts";
import type { OpenedModel } from "../run/open_stage.ts";

/** transformers' number of labels where a config says none. */
const usualLabels = 2;

/** What the files say. */
export interface ModelNotes {
  /** The head's labels in the order of its numbers, by transformers' names where it has none. */
  readonly labels: readonly string[];
  /** transformers' `problem_type`. */
  readonly problemType?: unknown;
  /** The task that tunebook wrote the folder for. */
  readonly note?: TaskNote;
  /** The family's head that the checkpoint's class has; undefined where the class says no task. */
  readonly head?: string;
  /** `max_seq_length` of sentence-transformers or `model_max_length` of the tokenizer. */
  readonly maxTokens?: number;
}

/** Reads what the files say; an error of kind "weights" where tunebook's own note is broken. */
export async function readModelNotes(opened: OpenedModel): Promise<ModelNotes> {
  const { json, files, reference } = opened;
  // modules.json says all that matters, also where Python has saved the folder anew since.
  const note = files.sentence ? undefined : readTaskNote(
    json[taskNoteField],
    `${reference}: ${isGguf(files.config) ? ggufTaskKey : `${taskNoteField} of config.json`}`,
  );
  const head = headIn(opened);
  const maxTokens = files.sentence?.maxTokens ?? await tokenizerLimit(files.tokenizerConfig);
  return {
    labels: labelsIn(opened),
    problemType: json.problem_type,
    ...(note ? { note } : {}),
    ...(head ? { head } : {}),
    ...(maxTokens !== undefined && maxTokens > 0 ? { maxTokens } : {}),
  };
}

/** The names that transformers gives to labels without names. */
export function numbered(labels: number): string[] {
  return Array.from({ length: labels }, (_, at) => `LABEL_${at}`);
}

function labelsIn({ json, family }: Pick<OpenedModel, "json" | "family">): string[] {
  const { id2label, num_labels: count } = json;
  // Whole numbers are keys in their own order, whatever the file's is.
  if (typeof id2label === "object" && id2label !== null) return Object.values(id2label).map(String);
  if (family.component) return numbered(classesOf(json));
  return numbered(typeof count === "number" && count > 0 ? count : usualLabels);
}

/** How many classes a denoiser without names knows, as diffusers tells it of a DiT and of a UNet2D. */
function classesOf(
  { num_embeds_ada_norm: classes, num_class_embeds: rows }: Readonly<Record<string, unknown>>,
): number {
  if (typeof classes === "number") return classes;
  return typeof rows === "number" ? Math.max(0, rows - 1) : 0;
}

/**
 * The head that the class in `architectures` names. A class without layers of its own, `BertModel`, is
 * that of vectors only where a folder of sentence-transformers says how they are made.
 */
function headIn({ family, config, json, files }: OpenedModel): string | undefined {
  const heads = Object.entries(family.heads);
  const isBare = (head: Head<ModelConfig>) =>
    !head.isPretrained && head.layers(config, 1).length === 0;
  if (files.sentence) return heads.find(([, head]) => isBare(head))?.[0];
  const { architectures } = json;
  const classes = Array.isArray(architectures) ? architectures : [];
  return heads.find(([, head]) => classes.includes(head.className) && !isBare(head))?.[0];
}

/** `model_max_length`; transformers writes 1e30 where there is none. */
async function tokenizerLimit(path: string | undefined): Promise<number | undefined> {
  const { model_max_length: most } = await readTokenizerSettings(path);
  return Number.isSafeInteger(most) ? most as number : undefined;
}
