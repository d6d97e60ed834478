/**
 * A task whose model learns from rewards of answers that it samples itself: everything but its loss and its
 * advantages.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { withoutUndefined } from "../../core/objects.ts";
import type { Processor } from "../../nn/processor.ts";
import type { ReaderContract } from "../../nn/reader_contract.ts";
import type { PromptPredictions } from "../../nn/rollout_predictions.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../../nn/task.ts";
import { pickRows } from "../../table/source_rows.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { messagesReader } from "../chat/chat_reader.ts";
import { withSystem } from "../preference/answered_row.ts";
import { nextTokenObjective } from "../shared/next_token_objective.ts";
import { nextTokenPredictions, refuseAnswers } from "../shared/next_token_predictions.ts";
import { textExamples, textFingerprint, textProcessor } from "../shared/text_examples.ts";
import { textReader } from "../shared/text_reader.ts";
import { heldOutRollout } from "./held_out_answers.ts";
import {
  type Prompt,
  promptCases,
  promptWords,
  readPrompts,
  rolloutPrompts,
  type WritingTask,
  writingTask,
} from "./prompt_rows.ts";
import type { RolloutMethod } from "./rollout_method.ts";
import { SampledRows } from "./sampled_rows.ts";
import type { PromptOptions } from "./sampling_options.ts";

/** The task that such a function makes; what is asked is a text or a list of messages. */
export type RolloutTask = Task<PromptPredictions, Prompt, string>;

/** A task that learns by this method; its options were checked. */
export function rolloutTask(
  name: string,
  options: PromptOptions,
  method: RolloutMethod,
): RolloutTask {
  const { prompt } = options;
  const labelled = (areMessages: boolean) => labelledTask(task, { options, method, areMessages });
  const task: RolloutTask = {
    name,
    kind: "language",
    sampledKind: "rollout",
    settings: { ...withoutUndefined(options) },
    columns: [prompt],
    metric: method.isJudgedByPairs ? "perplexity" : "meanReward",
    lossSettings: [],
    checkRows: (table, where) => void readPrompts(table, options, where),
    read({ train }) {
      const [first] = readPrompts(train, options, "the training data");
      return labelled(typeof first !== "string");
    },
    withLabels: () => labelled(options.template !== undefined || options.system !== undefined),
    report: {
      texts: (table) => readPrompts(table, options, "the table").map(promptWords),
      noun: "prompt",
    },
    preview(table, row) {
      const [shown] = readPrompts(pickRows(table, [row]), options, `row ${row + 1}`);
      return { text: promptWords(shown), label: "" };
    },
  };
  return Object.freeze(task);
}

interface Labelled {
  readonly options: PromptOptions;
  readonly method: RolloutMethod;
  readonly areMessages: boolean;
}

function labelledTask(
  task: RolloutTask,
  { options, method, areMessages }: Labelled,
): LabelledTask<PromptPredictions, Prompt, string> {
  const written = writingTask(options, areMessages);
  const same = written as unknown as LabelledTask<PromptPredictions, Prompt, string>;
  return {
    ...same,
    reader: promptReader(options, areMessages),
    // What judged answers is a function mostly, which no folder holds; asked is the model as it was here.
    task: { ...task, openedAs: written.task },
    writing: {
      ...same.writing!,
      cases: (table, _processor, where) => promptCases(readPrompts(table, options, where)),
    },
    examples: (table, processor, how) =>
      examplesOf(table, processor, how, { options, method, written }),
    tableOf: (inputs) => tableFromColumns({ [options.prompt]: [...inputs] }, "the prompts"),
  };
}

/** `text-generation` with the prompts of held-out rows as they are. */
function promptReader(
  options: PromptOptions,
  areMessages: boolean,
): ReaderContract<Prompt, string> {
  const promptsOf = (table: Table) => readPrompts(table, options, "the held-out rows");
  const reader = areMessages
    ? messagesReader((table) =>
      (promptsOf(table) as (readonly ChatMessage[])[]).map((messages) =>
        withSystem(messages, options.system)
      )
    )
    : textReader((table) => promptsOf(table) as string[]);
  return reader as ReaderContract<Prompt, string>;
}

/** Prompts as examples: what a training has for rows are their answers. */
function examplesOf(
  table: Table,
  processor: Processor,
  { where }: ExamplesOptions,
  { options, method, written }: {
    readonly options: PromptOptions;
    readonly method: RolloutMethod;
    readonly written: WritingTask;
  },
): Promise<Examples<PromptPredictions, string>> {
  const own = textProcessor(written.task.name, processor);
  if (own.decoder) {
    throw new TunebookError(
      "unsupported",
      "answers are sampled by a decoder that reads no encoder, such as gpt2 or llama",
    );
  }
  const read = readPrompts(table, options, where);
  const parts = { options, settings: method, processor: own, writing: written.writing!, where };
  const prompts = rolloutPrompts(table, read, parts);
  const sampled = new SampledRows(prompts, method, own);
  const sequences = prompts.map(({ tokens }, row) => ({ ids: tokens, row }));
  const rows = table.numRows();
  return Promise.resolve({
    ...textExamples({ rows, sequences, truncated: 0 }, own),
    fingerprint: textFingerprint(sequences),
    rollouts: {
      ...sampled.rows,
      ...(method.isJudgedByPairs ? {} : { heldOut: heldOutRollout(prompts, method) }),
      objective: ({ vocabSize, hiddenSize, afterVirtualTokens }) =>
        method.objective({
          answers: sampled.present,
          ...{ vocabSize, hiddenSize, afterVirtualTokens },
        }),
    },
    objective: ({ vocabSize, afterVirtualTokens }) =>
      nextTokenObjective({ texts: sequences, vocabSize, afterVirtualTokens, perToken: true }),
    predictions: (outputs) => ({
      ...nextTokenPredictions(sequences, rows, outputs),
      areSampled: true,
    }),
    answers: refuseAnswers,
  });
}
