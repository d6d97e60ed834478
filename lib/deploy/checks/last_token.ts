/**
 * Which token stands for a text in models that read the last one.
 *
 * @module
 */
import { modelHead } from "../../nn/model.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { FolderCheck } from "./folder_facts.ts";

/** Held-out rows that are looked at. */
const mostRows = 16;

/**
 * transformers reads the last token that is not `pad_token_id`: where a text ends with that token, it
 * reads the one before, and not the one that training read.
 */
export const checkLastToken: FolderCheck = async (_facts, { trained, table }) => {
  const { processor, task, trainable: { model } } = trained;
  const readsLast = model.family.stack?.pooling === "last" && modelHead(model).reads === "pooled";
  if (processor.input !== "text" || !readsLast) return [];
  const count = Math.min(mostRows, table.numRows());
  const rows = pickRows(table, Array.from({ length: count }, (_, row) => row));
  const { lengths, feedsOf } = await task.examples(rows, processor, {
    where: "the held-out rows",
  });
  const ends = await Promise.all(Array.from(lengths, async (length, at) => {
    const { input_ids } = await feedsOf([at]);
    return Number(input_ids.data[length - 1]);
  }));
  return !ends.includes(processor.padId) ? [] : [
    `texts end with the token ${processor.padId}, which is the padding token, too: Python would read ` +
    "the token before it. Give the base a padding token of its own, pad_token in " +
    "tokenizer_config.json and pad_token_id in config.json, and train again",
  ];
};
