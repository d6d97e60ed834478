/**
 * How long texts may be.
 *
 * @module
 */
import { asJson, type FolderCheck } from "./folder_facts.ts";

/** `model_max_length`, at which Python truncates, is the limit of the training. */
export const checkLength: FolderCheck = ({ tokenizerConfig }, { trained }) => {
  if (trained.processor.input !== "text") return [];
  const { model_max_length: found } = tokenizerConfig;
  return found === trained.maxTokens ? [] : [
    `tokenizer_config.json: model_max_length is ${asJson(found)}, but the training cut texts at ` +
    `${trained.maxTokens} tokens`,
  ];
};
