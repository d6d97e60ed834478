/**
 * The two tasks whose trials are recorded: moods of sentences, and names in sentences.
 *
 * @module
 */
import { entityF1, splitTable, type Table } from "tunebook";
import { brownNames, sentiment } from "tunebook/datasets";
import { mean } from "../mean.ts";
import type { FeatureRow, NetworkShape } from "./small_network.ts";

/** A task with its rows. */
export interface TrialTask {
  readonly name: string;
  readonly metric: string;
  readonly shape: NetworkShape;
  readonly train: readonly FeatureRow[];
  readonly validation: readonly FeatureRow[];
  /** The score of the classes said for the validation rows; higher is better. */
  score(answers: readonly number[]): number;
}

/** Features are counted by their hashes. */
const buckets = 4096;
const tags = ["O", "B-NAME", "I-NAME"];

/** FNV-1a. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0) % buckets;
}

/** Review sentences as their words. */
export async function sentimentTrials(): Promise<TrialTask> {
  const { train, test } = splitTable(await sentiment(), { test: 500, seed: 1, stratify: "class" });
  const rowsOf = (table: Table): FeatureRow[] => {
    const texts = table.array("text") as string[];
    const classes = table.array("class") as string[];
    return texts.map((text, row) => {
      const words = text.toLowerCase().match(/[\p{L}']+|[!?]/gu) ?? [];
      return { features: words.map(bucketOf), label: Number(classes[row] === "positive") };
    });
  };
  const validation = rowsOf(test);
  return {
    name: "sentiment",
    metric: "accuracy",
    shape: { features: buckets, classes: 2, epochs: 3 },
    train: rowsOf(train).slice(0, 500),
    validation,
    score: (answers) =>
      mean(answers.map((answer, row) => Number(answer === validation[row].label))),
  };
}

/** Words of the Brown corpus with their beginnings, ends, shapes and neighbours. */
export async function entityTrials(): Promise<TrialTask> {
  const table = await brownNames({ rows: 200 });
  const sentences = table.array("tokens") as string[][];
  const truth = (table.array("tags") as string[][]).map((each) =>
    each.map((tag) => tags.indexOf(tag))
  );
  const held = 100;
  const rowsOf = (from: number, to: number): FeatureRow[] =>
    sentences.slice(from, to).flatMap((words, sentence) =>
      words.map((_, at) => ({
        features: wordFeatures(words, at).map(bucketOf),
        label: truth[from + sentence][at],
      }))
    );
  return {
    name: "entities",
    metric: "entityF1",
    shape: { features: buckets, classes: tags.length, epochs: 2 },
    train: rowsOf(held, sentences.length),
    validation: rowsOf(0, held),
    score(answers) {
      let from = 0;
      const predicted = truth.slice(0, held).map(({ length }) =>
        Int32Array.from(answers.slice(from, from += length))
      );
      return entityF1.compute({
        kind: "tags",
        rows: held,
        labels: tags,
        scheme: "BIO",
        truth: truth.slice(0, held).map((each) => Int32Array.from(each)),
        predicted,
      });
    },
  };
}

function wordFeatures(words: readonly string[], at: number): string[] {
  const word = words[at];
  const shape = word.replace(/\p{Lu}+/gu, "A").replace(/\p{Ll}+/gu, "a").replace(/\d+/g, "0");
  return [
    `word ${word.toLowerCase()}`,
    `shape ${shape} ${at === 0}`,
    `begin ${word.slice(0, 3)}`,
    `end ${word.slice(-3)}`,
    `before ${words[at - 1]?.toLowerCase() ?? ""}`,
    `after ${words[at + 1]?.toLowerCase() ?? ""}`,
  ];
}
