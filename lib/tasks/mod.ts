/**
 * The tasks. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { Task } from "../nn/task.ts";
import { causalLanguageModelling } from "./causal_language_modelling.ts";
import { questionAnswering } from "./question_answering.ts";
import { sentenceEmbeddings } from "./sentence_embeddings.ts";
import { textClassification } from "./text_classification.ts";
import { tokenClassification } from "./token_classification.ts";

// deno-lint-ignore no-explicit-any
type Make = (settings: never) => Task<any, any, any>;

/** The tasks by the names of their pipelines in transformers. */
export const tasks: Readonly<Record<string, Make>> = {
  "question-answering": questionAnswering,
  "feature-extraction": sentenceEmbeddings as Make,
  "text-classification": textClassification,
  "text-generation": causalLanguageModelling,
  "token-classification": tokenClassification,
};

/** Makes a task from its name and settings, as a plan file has them. */
export function taskOf(
  name: string,
  settings: Readonly<Record<string, unknown>>,
): ReturnType<Make> {
  if (Object.hasOwn(tasks, name)) return tasks[name](settings as never);
  const known = Object.keys(tasks);
  throw new TunebookError(
    "input",
    `there is no task "${name}"${didYouMean(name, known)}. Tasks: ${known.join(", ")}`,
  );
}
