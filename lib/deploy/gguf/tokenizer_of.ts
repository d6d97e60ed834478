/**
 * What a GGUF file says of a trained model's tokenizer and chats.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { ValueToWrite } from "../../core/gguf/write_values.ts";
import type { Model } from "../../nn/model.ts";
import { textConfig } from "../../nn/model.ts";
import { chooseTemplate } from "../../text/chat/chat_template.ts";
import { endTokens } from "../../text/chat/end_tokens.ts";
import { tokenizerKeys } from "../../text/gguf/write/tokenizer_keys.ts";
import { readTokenizerFiles } from "../../text/read_tokenizer_files.ts";
import { loadTokenizer } from "../../text/tokenizer.ts";
import { readJsonObject } from "../../text/tokenizer_files.ts";
import type { TrainedModel } from "../trained_model.ts";

/**
 * The keys, the template of the training and its end tokens among them. Throws a `TunebookError` of kind
 * "unsupported" for what a GGUF file has no key for.
 */
export async function tokenizerKeysOf(
  model: Model,
  { files, task }: Pick<TrainedModel, "files" | "task">,
  architecture: string,
): Promise<Map<string, ValueToWrite>> {
  if (!files.tokenizer) {
    throw new TunebookError("weights", `${files.folder} has no tokenizer.json to write`);
  }
  const { tokenizerConfig, chatTemplate, generationConfig } = files;
  const given = {
    tokenizer: files.tokenizer,
    modelType: model.family.modelType,
    config: model.json,
    ...(tokenizerConfig ? { tokenizerConfig } : {}),
    ...(chatTemplate ? { chatTemplate } : {}),
  };
  const [{ json }, tokenizer] = [await readTokenizerFiles(given), await loadTokenizer(given)];
  const asked = task.signature.chat?.template;
  const { chat } = tokenizer;
  const template = asked !== undefined || Object.hasOwn(chat.templates, "default")
    ? chooseTemplate(chat, asked)
    : undefined;
  const written = generationConfig ? await readJsonObject(generationConfig) : {};
  return tokenizerKeys({
    json,
    tokenizer,
    vocabSize: textConfig(model).vocabSize,
    architecture,
    endIds: endTokens(tokenizer, template, [model.json, written]).ids,
    templates: template && asked !== undefined ? { default: template.source } : chat.templates,
  });
}
