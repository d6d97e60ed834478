/**
 * The tasks. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Task } from "../nn/task.ts";
import { columnFlag, type TaskFlag } from "./shared/task_flag.ts";
import { causalLanguageModelling } from "./causal_language_modelling.ts";
import { questionAnsweringFlags } from "./question_answering/flags.ts";
import { sentenceEmbeddingsFlags } from "./sentence_embeddings/flags.ts";
import { embeddingColumns } from "./sentence_embeddings/options.ts";
import { textClassificationFlags } from "./text_classification/flags.ts";
import { tokenClassificationFlags } from "./token_classification/flags.ts";
import { questionAnswering } from "./question_answering.ts";
import { sentenceEmbeddings } from "./sentence_embeddings.ts";
import { textClassification } from "./text_classification.ts";
import { tokenClassification } from "./token_classification.ts";

// deno-lint-ignore no-explicit-any
type Make = (settings: never) => Task<any, any, any>;

/** A task as plan files and the command line know it. */
export interface TaskEntry {
  readonly make: Make;
  /** Its options as flags. */
  readonly flags: readonly TaskFlag[];
  /**
   * The options that name columns, for each kind of rows. A table whose columns have the names of one
   * kind is read as such where none are named.
   */
  readonly columns: readonly (readonly string[])[];
}

/** The tasks by name. */
export const tasks: Readonly<Record<string, TaskEntry>> = {
  "text-classification": {
    make: textClassification,
    flags: textClassificationFlags,
    columns: [["text", "label"]],
  },
  "token-classification": {
    make: tokenClassification,
    flags: tokenClassificationFlags,
    columns: [["tokens", "tags"], ["text", "spans"]],
  },
  "question-answering": {
    make: questionAnswering,
    flags: questionAnsweringFlags,
    columns: [["question", "context", "answers"]],
  },
  "sentence-embeddings": {
    make: sentenceEmbeddings as Make,
    flags: sentenceEmbeddingsFlags,
    columns: Object.values(embeddingColumns),
  },
  "text-generation": {
    make: causalLanguageModelling,
    flags: [columnFlag("text", "the column of the text")],
    columns: [["text"]],
  },
};

/** Makes a task from its name and settings, as a plan file has them. */
export function taskOf(
  name: string,
  settings: Readonly<Record<string, unknown>>,
): ReturnType<Make> {
  if (Object.hasOwn(tasks, name)) return tasks[name].make(settings as never);
  const known = Object.keys(tasks);
  throw new TunebookError(
    "input",
    `there is no task "${name}"${didYouMean(name, known)}. Tasks: ${known.join(", ")}`,
  );
}
