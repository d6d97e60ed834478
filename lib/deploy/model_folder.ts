/**
 * The files of a transformers model folder beside its weights.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import { continuesTexts, modelHead, textConfig } from "../nn/model.ts";
import { taskNoteField } from "../core/task_keys.ts";
import { noteOf } from "../nn/task_note.ts";
import { aroundText } from "../text/around_text.ts";
import { chooseTemplate } from "../text/chat/chat_template.ts";
import { pythonFiles } from "../text/python_files.ts";
import { readTokenizerFiles } from "../text/read_tokenizer_files.ts";
import { loadTokenizer } from "../text/tokenizer.ts";
import { configText } from "./config_text.ts";
import { writeGenerationConfig } from "./generation_config.ts";
import type { TrainedModel, WrittenModel } from "./trained_model.ts";

/** A model with the files of its tokenizer. */
export type TokenizedModel = Pick<TrainedModel, "files" | "maxTokens"> & {
  readonly trainable: Pick<TrainedModel["trainable"], "model">;
  readonly task?: Pick<TrainedModel["task"], "signature">;
};

/**
 * Fields of the base's `config.json` that are not handed on: what would contradict the new ones, code and
 * ways to compute of the machine that wrote it, and what keeps Python's model from giving logits.
 */
const outdated = new Set([
  "_attn_implementation",
  "_attn_implementation_autoset",
  "_attn_implementation_internal",
  "attn_implementation",
  "auto_map",
  "pruned_heads",
  "return_dict",
  "use_return_dict",
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
  trained: WrittenModel,
  folder: string,
  ownFields: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { model } = trained.trainable;
  const { family, json, headRequest, config: own } = model;
  const config = {
    ...Object.fromEntries(Object.entries(json).filter(([name]) => !outdated.has(name))),
    architectures: [modelHead(model).className],
    model_type: family.modelType,
    ...family.writtenFields?.(own),
    ...trained.task.signature.config,
    [taskNoteField]: noteOf(trained.task.task),
    dtype: "float32",
    // Readers have other defaults where the base said nothing.
    ...(headRequest.name === "language" && "isTied" in own
      ? { tie_word_embeddings: own.isTied }
      : {}),
    // transformers looks for the last token that is not this one.
    ...(family.stack?.pooling === "last" ? { pad_token_id: textConfig(model).padId } : {}),
    ...ownFields,
  };
  await writeFileAtomic(join(folder, "config.json"), configText(config));
  await writeGenerationConfig(trained, folder);
  if (family.input === "text") {
    await writeTokenizerFiles(trained, folder, "transformers.js_config" in ownFields);
  } else if (trained.processor.input === "image" && trained.processor.pixels) {
    await writeJson(join(folder, "preprocessor_config.json"), trained.processor.pixels.config);
  }
}

/**
 * Writes tokenizer.json and tokenizer_config.json so that Python reads texts as training did, or
 * transformers.js where the folder is for it.
 */
export async function writeTokenizerFiles(
  { files, trainable: { model }, maxTokens, task }: TokenizedModel,
  folder: string,
  forBrowsers = false,
): Promise<void> {
  const { family, json: config, headRequest } = model;
  const { modelType } = family;
  const { tokenizer: path, tokenizerConfig, chatTemplate } = files;
  if (!path) {
    throw new TunebookError("weights", `${files.folder} has no tokenizer.json to copy`);
  }
  const given = {
    tokenizer: path,
    modelType,
    config,
    ...(tokenizerConfig ? { tokenizerConfig } : {}),
    ...(chatTemplate ? { chatTemplate } : {}),
  };
  const loaded = await loadTokenizer(given);
  const { padId } = textConfig(model);
  const writes = continuesTexts(model);
  const poolsLast = family.stack?.pooling === "last" && headRequest.name === "classification";
  const { tokenizer, settings } = pythonFiles(
    await readTokenizerFiles(given),
    loaded,
    {
      modelType,
      usesTypes: family.usesTypes ?? false,
      padId,
      maxTokens,
      forBrowsers,
      withoutClosing: writes ? aroundText(loaded).behind : poolsLast ? [padId] : [],
      writes,
    },
  );
  await writeFileAtomic(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
  // A template that was given takes the place of the model's own.
  const chosen = task?.signature.chat?.template;
  const own = chosen === undefined ? settings : {
    ...loaded.chat.tokens,
    ...settings,
    chat_template: chooseTemplate(loaded.chat, chosen).source,
  };
  await writeJson(join(folder, "tokenizer_config.json"), own);
}

async function writeJson(path: string, content: unknown): Promise<void> {
  await writeFileAtomic(path, JSON.stringify(content, null, 2) + "\n");
}
