/**
 * The files of a transformers model folder beside its weights.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { modelHead, textConfig } from "../nn/model.ts";
import { noteOf, taskNoteField } from "../nn/task_note.ts";
import type { TrainedModel } from "./trained_model.ts";

/** Fields that an older `config.json` may have and that would contradict the new ones. */
const outdated = new Set([
  "torch_dtype",
  "num_labels",
  "_name_or_path",
  "transformers.js_config",
  "quantization_config",
  "problem_type",
  "id2label",
  "label2id",
  taskNoteField,
]);

/** Writes `config.json` with the labels and the target's own fields, and the tokenizer's files. */
export async function writeModelFiles(
  trained: TrainedModel,
  folder: string,
  ownFields: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { model } = trained.trainable;
  const { family, json } = model;
  const config = {
    ...Object.fromEntries(Object.entries(json).filter(([name]) => !outdated.has(name))),
    architectures: [modelHead(model).className],
    model_type: family.modelType,
    ...trained.task.signature.config,
    [taskNoteField]: noteOf(trained.task.task),
    dtype: "float32",
    // transformers looks for the last token that is not this one.
    ...(family.stack?.pooling === "last" ? { pad_token_id: textConfig(model).padId } : {}),
    ...ownFields,
  };
  await writeJson(join(folder, "config.json"), config);
  if (family.input !== "text") return;
  const { tokenizer, tokenizerConfig } = trained.files;
  if (!tokenizer) {
    throw new TunebookError("weights", `${trained.files.folder} has no tokenizer.json to copy`);
  }
  await Deno.copyFile(tokenizer, join(folder, "tokenizer.json"));
  await writeJson(join(folder, "tokenizer_config.json"), {
    ...trained.specialTokens,
    ...(tokenizerConfig ? JSON.parse(await Deno.readTextFile(tokenizerConfig)) : {}),
    ...asTrained(trained),
  });
}

/** What a reader does with texts as training did, whatever the base's files say. */
function asTrained({ trainable, processor, maxTokens }: TrainedModel): Record<string, unknown> {
  const padToken = processor.input === "text" ? processor.tokenizer.tokenText(processor.padId) : "";
  return {
    // Python then takes tokenizer.json as it is; classes of families make another one out of flags.
    tokenizer_class: "PreTrainedTokenizerFast",
    // That class gives segments only where they are asked for.
    model_input_names: [
      "input_ids",
      ...(trainable.model.family.usesTypes ? ["token_type_ids"] : []),
      "attention_mask",
    ],
    padding_side: "right",
    truncation_side: "right",
    ...(padToken === "" ? {} : { pad_token: padToken }),
    model_max_length: maxTokens,
  };
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(content, null, 2) + "\n");
}
