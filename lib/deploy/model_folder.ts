/**
 * The files of a transformers model folder beside its weights.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic.ts";
import { TunebookError } from "../core/errors.ts";
import type { Trained } from "./target.ts";

const problemTypes = {
  single: "single_label_classification",
  multi: "multi_label_classification",
  regression: "regression",
} as const;

/** The tokenizer class of each family, for folders that came without `tokenizer_config.json`. */
const tokenizerClasses: Readonly<Record<string, string>> = {
  bert: "BertTokenizer",
  distilbert: "DistilBertTokenizer",
  roberta: "RobertaTokenizer",
  "xlm-roberta": "XLMRobertaTokenizer",
};

/** Writes `config.json` with the labels, and the tokenizer's files. */
export async function writeModelFiles(trained: Trained, folder: string): Promise<void> {
  const { model } = trained.trainee;
  const { architecture, json } = model;
  const config = {
    ...json,
    architectures: [architecture.classification.className],
    model_type: architecture.modelType,
    problem_type: problemTypes[trained.kind],
    id2label: Object.fromEntries(trained.labels.map((label, id) => [id, label])),
    label2id: Object.fromEntries(trained.labels.map((label, id) => [label, id])),
    dtype: "float32",
  };
  await writeFileAtomic(join(folder, "config.json"), JSON.stringify(config, null, 2) + "\n");
  const { tokenizer, tokenizerConfig } = trained.files;
  if (!tokenizer) {
    throw new TunebookError("weights", `${trained.files.folder} has no tokenizer.json to copy`);
  }
  await Deno.copyFile(tokenizer, join(folder, "tokenizer.json"));
  const path = join(folder, "tokenizer_config.json");
  if (tokenizerConfig) {
    await Deno.copyFile(tokenizerConfig, path);
    return;
  }
  const made = {
    tokenizer_class: tokenizerClasses[architecture.modelType] ?? "PreTrainedTokenizerFast",
    model_max_length: model.config.maxTokens,
  };
  await writeFileAtomic(path, JSON.stringify(made, null, 2) + "\n");
}
