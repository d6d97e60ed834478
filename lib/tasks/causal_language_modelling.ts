/**
 * Causal language modelling: every token of a text is predicted from those before it.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { required, type Rules, text as textRule } from "../core/option_rules.ts";
import { encodeRows } from "../data/encode_rows.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Processor } from "../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../nn/task.ts";
import { columnValues, requireColumns, textColumn } from "../table/columns.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import { predictionsOf } from "./shared/class_predictions.ts";
import { textPrompt } from "./shared/text_prompt.ts";
import { nextTokenObjective } from "./shared/next_token_objective.ts";
import {
  joinOutputs,
  textExamples,
  textFingerprint,
  textProcessor,
} from "./shared/text_examples.ts";

/** What columns mean. */
export interface CausalLanguageModellingOptions {
  /** The column of the text. */
  readonly text: string;
}

const rules: Rules<CausalLanguageModellingOptions> = { text: required(textRule) };

const name = "text-generation";

/** Learning the next token of texts. */
export type TextTask = Task<Predictions<"language">, string, string>;

/**
 * The next token of a text. Nothing is written yet: a trained model is scored by its perplexity and
 * deployed as an adapter.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { causalLanguageModelling } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(causalLanguageModelling({ text: "poem" }).name, "text-generation");
 * ```
 */
export function causalLanguageModelling(options: CausalLanguageModellingOptions): TextTask {
  checkOptions(name, options, rules);
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
    read: () => withLabels(task, text),
    withLabels: () => withLabels(task, text),
    report: { texts: (table) => columnValues(table, text) },
    preview: (table, row) => ({ text: String(columnValues(table, text)[row]), label: "" }),
  };
  return Object.freeze(task);
}

function withLabels(
  task: TextTask,
  text: string,
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
    examples: (table, processor, options) => examplesOf(table, processor, options, text),
    writing: {
      promptOf: (input, processor, where) => textPrompt(input, processor, where),
    },
    tableOf: (inputs) => tableFromColumns({ [text]: inputs }, "the texts"),
  };
}

async function examplesOf(
  table: Table,
  processor: Processor,
  { where, signal }: ExamplesOptions,
  text: string,
): Promise<Examples<Predictions<"language">, string>> {
  const own = textProcessor(name, processor);
  const { tokenizer, maxTokens } = own;
  const { examples: sequences, truncated } = await encodeRows(table, tokenizer, {
    text,
    maxTokens,
    where,
    signal,
  });
  return {
    ...textExamples({ rows: sequences.length, sequences, truncated }, own),
    fingerprint: textFingerprint(sequences),
    objective: ({ vocabSize, afterVirtualTokens }) =>
      nextTokenObjective({ texts: sequences, vocabSize, afterVirtualTokens }),
    predictions: (outputs) =>
      predictionsOf({
        kind: "language",
        labels: ["loss"],
        logits: joinOutputs(outputs),
        truth: sequences.map(({ ids }) => Math.max(0, ids.length - 1)),
      }) as Predictions<"language">,
    answers() {
      throw new TunebookError(
        "unsupported",
        "adapters that share a base write no texts yet; open the folder of one alone, open(folder)",
      );
    },
  };
}
