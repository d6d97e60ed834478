/**
 * Text generation: every token of a document is predicted from those before it.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Processor } from "../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import { textReader } from "./shared/text_reader.ts";
import { decoderProcessor } from "./shared/decoder_processor.ts";
import { nextTokenObjective } from "./shared/next_token_objective.ts";
import { nextTokenPredictions, refuseAnswers } from "./shared/next_token_predictions.ts";
import { beginningOf, textPrompt } from "./shared/text_prompt.ts";
import { textExamples, textFingerprint } from "./shared/text_examples.ts";
import { encodeDocuments } from "./text_generation/documents.ts";
import { textCases } from "./text_generation/text_cases.ts";
import {
  checkTextGenerationOptions,
  type TextGenerationOptions,
} from "./text_generation/options.ts";

const name = "text-generation";

/** Learning the next token of texts. */
export type TextTask = Task<Predictions<"language">, string, string>;

/**
 * The next token of a text (`run_clm.py` of transformers, TRL's SFT on a column of texts). Metrics:
 * `perplexity`, `tokenAccuracy`.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { textGeneration } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(textGeneration({ text: "poem" }).name, "text-generation");
 * ```
 */
export function textGeneration(options: TextGenerationOptions): TextTask {
  checkTextGenerationOptions(options);
  const { text } = options;
  const task: TextTask = {
    name,
    kind: "language",
    settings: { ...options },
    columns: [text],
    metric: "perplexity",
    lossSettings: [],
    checkRows(table, where) {
      requireColumns(table, [text], where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      textColumn(table, text, { where });
    },
    read: () => withLabels(task, options),
    withLabels: () => withLabels(task, options),
    report: { texts: (table) => columnValues(table, text) },
    preview: (table, row) => ({ text: String(columnValues(table, text)[row]), label: "" }),
  };
  return Object.freeze(task);
}

function withLabels(
  task: TextTask,
  options: TextGenerationOptions,
): LabelledTask<Predictions<"language">, string, string> {
  return {
    task,
    labels: [],
    head: { name: "language", outputs: 0 },
    signature: {
      pipeline: "text-generation",
      peftTaskType: "CAUSAL_LM",
      autoClass: "AutoModelForCausalLM",
      config: {},
    },
    examples: (table, processor, how) => examplesOf(table, processor, how, options),
    reader: textReader((table) =>
      columnValues(table, options.text).map((value) => beginningOf(String(value)))
    ),
    writing: {
      promptOf: (input, processor, where) => textPrompt(input, processor, where),
      cases: (table, processor, where) => textCases(table, processor, where, options),
    },
    tableOf: (inputs) => tableFromColumns({ [options.text]: inputs }, "the texts"),
  };
}

async function examplesOf(
  table: Table,
  processor: Processor,
  how: ExamplesOptions,
  options: TextGenerationOptions,
): Promise<Examples<Predictions<"language">, string>> {
  const own = decoderProcessor(name, processor);
  const { sequences, truncated, notes } = await encodeDocuments(table, own, options, how);
  const rows = table.numRows();
  const { inputKeys, ...feeds } = textExamples({ rows, sequences, truncated }, own);
  return {
    ...feeds,
    // A block has parts of several rows.
    ...(options.documents === "joined" ? {} : { inputKeys }),
    ...(notes ? { notes } : {}),
    fingerprint: textFingerprint(sequences),
    objective: ({ vocabSize, afterVirtualTokens }) =>
      nextTokenObjective({ texts: sequences, vocabSize, afterVirtualTokens, perToken: true }),
    predictions: (outputs) => nextTokenPredictions(sequences, rows, outputs),
    answers: refuseAnswers,
  };
}
