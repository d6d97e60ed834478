/**
 * Which token stands for a text in models that read the last one.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type Model, modelHead } from "../../nn/model.ts";
import type { Processor, TextProcessor } from "../../nn/processor.ts";
import type { Examples } from "../../nn/task.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { AboutTraining } from "../target.ts";
import type { FolderCheck } from "./folder_facts.ts";

/** Held-out rows that are looked at. */
const mostRows = 16;

/**
 * transformers reads the last token that is not `pad_token_id`: where a text ends with that token, it
 * reads the one before, and not the one that training read.
 */
export const checkLastToken: FolderCheck = async (_facts, { trained, table }) => {
  const { processor, task, trainable: { model } } = trained;
  if (!readsLastToken(model, processor)) return [];
  const count = Math.min(mostRows, table.numRows());
  const rows = pickRows(table, Array.from({ length: count }, (_, row) => row));
  const examples = await task.examples(rows, processor, { where: "the held-out rows" });
  return await lastTokenMistakes(examples, processor);
};

/** The same before anything is trained: throws an error of kind "unsupported". */
export async function requireLastToken(
  { model }: Pick<TrainableModel, "model">,
  { processor, test }: Pick<AboutTraining, "processor" | "test">,
): Promise<void> {
  if (!readsLastToken(model, processor)) return;
  const [mistake] = await lastTokenMistakes(test, processor);
  if (mistake) throw new TunebookError("unsupported", mistake);
}

function readsLastToken(model: Model, processor: Processor): processor is TextProcessor {
  return processor.input === "text" && model.family.stack?.pooling === "last" &&
    modelHead(model).reads === "pooled";
}

async function lastTokenMistakes(
  { lengths, feedsOf }: Pick<Examples, "lengths" | "feedsOf">,
  { padId }: Pick<TextProcessor, "padId">,
): Promise<readonly string[]> {
  const some = Array.from(lengths).slice(0, mostRows);
  const ends = await Promise.all(some.map(async (length, at) => {
    const { input_ids } = await feedsOf([at]);
    return Number(input_ids.data[length - 1]);
  }));
  return !ends.includes(padId) ? [] : [
    `texts end with the token ${padId}, which is the padding token, too: Python would read ` +
    "the token before it. Give the base a padding token of its own, pad_token in " +
    "tokenizer_config.json and pad_token_id in config.json, and train again",
  ];
}
