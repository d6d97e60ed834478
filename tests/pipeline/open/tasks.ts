/**
 * Small rows and questions of every task on texts, and comparing answers.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  type Method,
  model,
  questionAnswering,
  sentenceEmbeddings,
  type Table,
  tableFromRows,
  textClassification,
  tokenClassification,
} from "tunebook";
import type { DeployTarget } from "tunebook";
import type { AnyTask } from "../../../lib/pipeline/plan_spec.ts";
import { quiet } from "./trained.ts";

const words = ["lovely", "zoe", "was", "the", "film", "and", "good", "price"];

/** Words in an order of their own for each row. */
function turned(row: number): string[] {
  return words.map((_, at) => words[(at * 3 + row) % words.length]).slice(0, 3 + row % 4);
}

/** A table of sixteen rows. */
function rowsOf<Row extends Record<string, unknown>>(of: (row: number) => Row): Table {
  return tableFromRows(Array.from({ length: 16 }, (_, row) => of(row)));
}

/** A task whose settings are not the usual ones, with rows and what a trained model is asked. */
export interface OpenedTask {
  readonly task: AnyTask;
  readonly rows: Table;
  readonly inputs: readonly unknown[];
}

/** IOB1, which the labels alone do not tell: B stands only where an entity follows another. */
const tagsOf = (type: string) =>
  rowsOf((row) => ({
    words: turned(row),
    tags: turned(row).map((word, at) => {
      if (word === "zoe") return `I-${type}`;
      return word === "film" && turned(row)[at - 1] === "zoe" ? `B-${type}` : "O";
    }),
  }));

const questions = rowsOf((row) => {
  const context = turned(row).join(" ");
  const text = row % 4 === 3 ? [] : [turned(row)[1]];
  return {
    question: "what was it",
    context,
    answers: { text, answer_start: text.map((each) => context.indexOf(each)) },
  };
});

/** Every task, by its name. */
export const openedTasks: Readonly<Record<string, OpenedTask>> = {
  "text-classification": {
    task: textClassification({
      text: "text",
      pair: "other",
      label: "moods",
      kind: "multi",
      separator: "|",
    }),
    rows: rowsOf((row) => ({
      text: turned(row).join(" "),
      other: turned(row + 1).join(" "),
      moods: ["a", "b|a", "c", ""][row % 4],
    })),
    inputs: [["lovely zoe was the film", "good price"], ["the price", "it was"]],
  },
  "token-classification": {
    task: tokenClassification({ tokens: "words", tags: "tags", aggregation: "simple", stride: 2 }),
    rows: tagsOf("PER"),
    inputs: ["lovely zoe was the film", ["good", "zoe"], `zoe was ${"very ".repeat(20)}good`],
  },
  "question-answering": {
    task: questionAnswering({ maxAnswerTokens: 3, nBest: 2, nullThreshold: 0.5, stride: 3 }),
    rows: questions,
    inputs: [
      { question: "what was it", context: "lovely zoe was the film" },
      { question: "what was it", context: `the price ${"and it was ".repeat(8)}good` },
    ],
  },
  "sentence-embeddings": {
    task: sentenceEmbeddings({
      first: "first",
      second: "second",
      score: "score",
      pooling: "cls",
      normalize: false,
    }),
    rows: rowsOf((row) => ({
      first: turned(row).join(" "),
      second: turned(row + 1 + row % 3).join(" "),
      score: row / 16,
      relation: ["same", "other", "opposite"][row % 3],
    })),
    inputs: ["lovely zoe", `the price was good ${"and the film ".repeat(10)}`],
  },
};

/** The rows of entities of another type. */
export const otherTags: OpenedTask = {
  ...openedTasks["token-classification"],
  rows: tagsOf("LOC"),
};

/** Trains for two epochs, writes the targets, and gives the run's own answers. */
export async function answersOf(
  reference: string,
  { task, rows, inputs }: OpenedTask,
  method: Method,
  ...targets: readonly DeployTarget[]
): Promise<unknown[]> {
  const result = await model(reference).data(rows, task, { test: rows }).adapt(method)
    .train({ epochs: 2, batchSize: 4, learningRate: 1e-2, maxTokens: 20 }).deploy(...targets)
    .run(quiet);
  try {
    return await result.predict(inputs);
  } finally {
    await result.dispose();
  }
}

/** The same texts and offsets, and numbers up to rounding; `adapter` beside an answer is left out. */
export function assertSameAnswers(found: unknown, expected: unknown, tolerance: number): void {
  const difference = differenceOf(found, expected, "answers");
  assert.ok(difference <= tolerance, `numbers differ by ${difference}`);
}

function differenceOf(found: unknown, expected: unknown, path: string): number {
  if (typeof expected === "number") return Math.abs(found as number - expected);
  if (typeof expected !== "object" || expected === null) {
    assert.equal(found, expected, path);
    return 0;
  }
  const keysOf = (value: object) => Object.keys(value).filter((key) => key !== "adapter");
  const own = keysOf(expected);
  assert.deepEqual(keysOf(found as object), own, path);
  return own.reduce((most, key) =>
    Math.max(
      most,
      differenceOf(
        (found as Record<string, unknown>)[key],
        (expected as Record<string, unknown>)[key],
        `${path}.${key}`,
      ),
    ), 0);
}
