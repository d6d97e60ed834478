/**
 * Text to text: a target is written after a source, such as an answer after a question. Translation and
 * summarization are this task with other names of the columns.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { anyText, required, type Rules, text as textRule, whole } from "../core/option_rules.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { LabelledTask, Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import { tableFromColumns } from "../table/table.ts";
import { pairExamples, type PairSettings } from "./text2text/examples.ts";
import { pairReader } from "./text2text/reader.ts";
import { pairWriting } from "./text2text/writing.ts";

/** What columns mean. */
export interface Text2TextOptions {
  /** The column of what the model reads. */
  readonly source: string;
  /** The column of what it is to write. */
  readonly target: string;
  /** What every source begins with, `"translate English to German: "`; nothing unless given. */
  readonly prefix?: string;
  /** The most tokens of a target; as many as of a source (`maxTokens`) unless given. */
  readonly maxTargetTokens?: number;
}

const rules: Rules<Text2TextOptions> = {
  source: required(textRule),
  target: required(textRule),
  prefix: anyText,
  maxTargetTokens: whole,
};

/** Learning to write targets after sources. */
export type PairTask = Task<Predictions<"language">, string, string>;

/**
 * A text after a text, with an encoder-decoder. The loss is that of the target's tokens; a trained model is
 * scored by their perplexity, and writes.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { text2text } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = text2text({ source: "question", target: "answer", prefix: "question: " });
 * assert.equal(task.name, "text2text-generation");
 * ```
 */
export function text2text(options: Text2TextOptions): PairTask {
  checkOptions("text2text", options, rules);
  return pairTask("text2text-generation", { ...options }, options);
}

/**
 * A task on sources and targets.
 *
 * @param settings the task's own options, as a plan file has them
 * @param pair what they mean
 */
export function pairTask(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  pair: PairSettings,
): PairTask {
  const { source, target } = pair;
  const task: PairTask = {
    name,
    kind: "language",
    settings,
    columns: [source, target],
    metric: "perplexity",
    lossSettings: ["labelSmoothing"],
    checkRows(table, where) {
      requireColumns(table, [source, target], where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      textColumn(table, source, { where });
      textColumn(table, target, { where });
    },
    read: () => labelled,
    withLabels: () => labelled,
    report: { texts: (table) => columnValues(table, source) },
    preview: (table, row) => ({
      text: String(columnValues(table, source)[row]),
      label: String(columnValues(table, target)[row]),
    }),
  };
  const labelled: LabelledTask<Predictions<"language">, string, string> = {
    task: Object.freeze(task),
    labels: [],
    head: { name: "language", outputs: 0 },
    signature: {
      pipeline: name,
      peftTaskType: "SEQ_2_SEQ_LM",
      autoClass: "AutoModelForSeq2SeqLM",
      config: {},
    },
    examples: (table, processor, options) => pairExamples(name, table, processor, options, pair),
    reader: pairReader(name, pair),
    writing: pairWriting(name, pair),
    tableOf: (inputs) => tableFromColumns({ [source]: inputs }, "the texts"),
  };
  return task;
}
