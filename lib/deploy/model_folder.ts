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

/** The tokenizer class of each family, for folders that came without `tokenizer_config.json`. */
const tokenizerClasses: Readonly<Record<string, string>> = {
  bert: "BertTokenizer",
  distilbert: "DistilBertTokenizer",
  roberta: "RobertaTokenizer",
  "xlm-roberta": "XLMRobertaTokenizer",
  gpt2: "GPT2Tokenizer",
};

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
    tokenizer_class: tokenizerClasses[family.modelType] ?? "PreTrainedTokenizerFast",
    ...trained.specialTokens,
    ...(tokenizerConfig ? JSON.parse(await Deno.readTextFile(tokenizerConfig)) : {}),
    // As in training, so that the deployed model gives the same answers for long texts.
    model_max_length: trained.maxTokens,
  });
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(content, null, 2) + "\n");
}
