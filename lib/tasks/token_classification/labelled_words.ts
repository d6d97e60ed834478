/**
 * Token classification with known labels: rows become examples, and outputs become answers.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { TagPredictions } from "../../nn/tag_predictions.ts";
import { detectScheme } from "../../nn/tags/detect_scheme.ts";
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";
import type { Baseline, Examples, LabelledTask, Task } from "../../nn/task.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { needsLabels } from "../shared/text_examples.ts";
import { hasSpans, type TokenClassificationOptions } from "./options.ts";
import { typeInWords } from "./read_spans.ts";
import { showTagged } from "./show_tagged.ts";
import type { TaggedText } from "./tag_answers.ts";
import { labelNumbers } from "./tag_labels.ts";
import { type TaggedExamples, taggedExamples } from "./tagged_examples.ts";
import { readTaggedRows } from "./tagged_rows.ts";

/** A text, or a list of its words. */
export type WordsInput = string | readonly string[];

/** The task as it stands in a plan. */
export type TokenClassification = Task<TagPredictions, WordsInput, TaggedText>;

/** The task and its labels. */
export interface LabelledWordsOptions {
  readonly task: TokenClassification;
  readonly options: TokenClassificationOptions;
  readonly labels: readonly string[];
  /** That of the options, or of the labels themselves, unless given. */
  readonly scheme?: TagScheme | undefined;
}

/** The task with its labels. */
export function labelledWords(
  { task, options, labels, scheme: known }: LabelledWordsOptions,
): LabelledTask<TagPredictions, WordsInput, TaggedText> {
  const scheme = known ?? options.scheme ??
    detectScheme(labels.map((label) => [label]), { where: "the model's labels" });
  const subwords = options.subwords ?? "first";
  const aggregation = options.aggregation ??
    (scheme === "plain" ? "none" : subwords === "average" ? "average" : "first");
  return {
    // With the scheme that the rows were found to have: the labels alone do not always tell it.
    task: { ...task, settings: { ...task.settings, scheme } },
    labels,
    relabel: (labels) => labelledWords({ task, options, labels, scheme }),
    metric: scheme === "plain" ? "tokenAccuracy" : "entityF1",
    head: { name: "tokens", outputs: labels.length },
    signature: {
      pipeline: "token-classification",
      peftTaskType: "TOKEN_CLS",
      autoClass: "AutoModelForTokenClassification",
      config: {
        id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
        label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
      },
    },
    examples: (table, processor, settings) =>
      taggedExamples(table, processor, settings, {
        task: task.name,
        options,
        labels,
        scheme,
        subwords,
        aggregation,
      }),
    checkHeldOut: (table, where) =>
      void labelNumbers(readTaggedRows(table, options, { where, scheme }), labels),
    tableOf: (inputs) => tableOf(inputs, hasSpans(options) ? options.text : options.tokens),
    display: (answers) => showTagged(answers, scheme),
    baseline: (train, held) => baselineOf(labels, train, held),
  };
}

function tableOf(inputs: readonly WordsInput[], column: string): Table {
  const wrong = inputs.findIndex((input) => typeof input !== "string" && !Array.isArray(input));
  if (wrong >= 0) {
    const given = typeInWords(inputs[wrong]);
    throw new TunebookError(
      "input",
      `the model tags texts and lists of words, but input ${wrong + 1} is ${given}`,
    );
  }
  return tableFromColumns({ [column]: inputs }, "the texts");
}

/** What always saying the most frequent tag would score. */
function baselineOf(
  labels: readonly string[],
  train: Examples<TagPredictions, TaggedText>,
  held: Examples<TagPredictions, TaggedText>,
): Baseline {
  const tagsOf = (examples: TaggedExamples) => examples.truth ?? needsLabels("baseline");
  const countsOf = (examples: TaggedExamples) => {
    const counts = labels.map(() => 0);
    for (const row of tagsOf(examples)) for (const tag of row) counts[tag]++;
    return counts;
  };
  const trained = countsOf(train);
  const most = trained.indexOf(Math.max(...trained));
  const others = countsOf(held);
  return { label: labels[most], accuracy: others[most] / others.reduce((a, b) => a + b) };
}
