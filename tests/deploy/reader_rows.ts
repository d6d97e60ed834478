/**
 * Rows for every task, and the tasks, of which readers are asked: transformers.js in the tests, Python for
 * the golden file.
 *
 * @module
 */
import {
  questionAnswering,
  sentenceEmbeddings,
  type Table,
  tableFromRows,
  textClassification,
  tokenClassification,
} from "tunebook";
import type { AnyTask } from "../../lib/pipeline/plan_spec.ts";
import { reviews } from "../pipeline/tiny.ts";

/** The most tokens of a text in training. */
export const maxTokens = 24;

/** More tokens than that. */
export const longText = "the price and the service were awful ".repeat(9).trim();

/** Reviews with what each of the {@link readerTasks} reads. */
export function readerRows(rows: number): Table {
  return tableFromRows(
    reviews(rows).map((row, at) => ({
      ...row,
      other: at % 2 ? "the film" : "the very good service and food",
      words: row.text.split(" "),
      tags: row.text.split(" ").map((word) => word === "film" ? "B-ART" : "O"),
      question: "it was ?",
      context: row.text,
      answers: { text: [row.text.split(" ")[0]], answer_start: [0] },
    })),
  );
}

const label = { text: "text", label: "mood" };

/** One task of each kind over these rows. */
export const readerTasks = {
  labels: textClassification(label),
  pairs: textClassification({ ...label, pair: "other" }),
  several: textClassification({ text: "text", label: "topics", kind: "multi", separator: "|" }),
  numbers: textClassification({ text: "text", label: "score", kind: "regression" }),
  // As the pipelines give tags: each token by itself.
  tags: tokenClassification({ tokens: "words", tags: "tags", aggregation: "none" }),
  answers: questionAnswering({ unanswerable: false }),
  vectors: sentenceEmbeddings({ anchor: "text", positive: "other" }),
};

/** The name of such a task. */
export type ReaderTask = keyof typeof readerTasks;

/** They by name, whatever they read and answer. */
export const anyReaderTask: Readonly<Record<ReaderTask, AnyTask>> = readerTasks;
