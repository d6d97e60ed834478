/**
 * Which token stands for a text in models that read the last one.
 *
 * @module
 */
import { modelHead } from "../../nn/model.ts";
import type { FolderCheck } from "./folder_facts.ts";

/**
 * transformers reads the last token that is not `pad_token_id`: where a template ends texts with that
 * token, it reads the one before, and not the one that training read.
 */
export const checkLastToken: FolderCheck = (_facts, { trained: { processor, trainable } }) => {
  const { model } = trainable;
  const readsLast = model.family.stack?.pooling === "last" && modelHead(model).reads === "pooled";
  if (processor.input !== "text" || !readsLast) return [];
  const { padId, tokenizer } = processor;
  const ends = [tokenizer.join([]), tokenizer.join([], [])]
    .filter(({ ids, firstStart, secondStart = firstStart }) =>
      ids.length > secondStart && ids[ids.length - 1] === padId
    );
  return ends.length === 0 ? [] : [
    `tokenizer.json ends texts with the token ${padId}, which is the padding token, too: Python would ` +
    "read the token before it. Give the base a padding token of its own, pad_token in " +
    "tokenizer_config.json and pad_token_id in config.json, and train again",
  ];
};
