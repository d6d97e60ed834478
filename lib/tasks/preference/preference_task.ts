/**
 * Tasks on pairs of answers, of which each says its loss.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { withoutUndefined } from "../../core/objects.ts";
import type { PreferencePredictions } from "../../nn/preference_predictions.ts";
import type { LabelledTask, Task } from "../../nn/task.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { messagesReader } from "../chat/chat_reader.ts";
import { chatWords } from "../chat/chat_words.ts";
import type { AnsweredRow } from "./answered_row.ts";
import { type ConversationOptions, type PreferenceColumns, preferenceColumns } from "./options.ts";
import { preferenceExamples } from "./preference_examples.ts";
import type { PairLoss } from "./pair_loss.ts";
import { type AskedPrompt, preferenceWriting } from "./preference_writing.ts";
import { readPreferences } from "./read_preferences.ts";
import { readReference, type ReferenceColumns } from "./reference_columns.ts";

/** A task whose model writes answers that people would prefer; what is asked is a text or a list of messages. */
export type PreferenceTask = Task<PreferencePredictions, AskedPrompt, string>;

/** What a task on pairs consists of. */
export interface PreferenceTaskOptions<Options extends PreferenceColumns> {
  /** Its name in plan files. */
  readonly name: string;
  readonly options: Options;
  readonly loss: PairLoss;
  /** The columns of log-probabilities before the training, where the rows have them. */
  readonly reference?: ReferenceColumns | undefined;
}

/** Makes the task. */
export function preferenceTask<Options extends PreferenceColumns>(
  { name, options, loss, reference }: PreferenceTaskOptions<Options>,
): PreferenceTask {
  const rowsOf = (table: Table, where: string) => readPreferences(table, options, where);
  const labelled = (): LabelledTask<PreferencePredictions, AskedPrompt, string> => ({
    ...answeringTask(options, rowsOf),
    task,
    examples: (table, processor, how) =>
      preferenceExamples(table, processor, how, { name, options, loss, reference }),
  });
  const task: PreferenceTask = {
    name,
    kind: "preference",
    settings: { ...withoutUndefined<object>(options) },
    columns: [...preferenceColumns(options), ...reference ? Object.values(reference) : []],
    metric: "rewardAccuracy",
    lossSettings: [],
    checkRows(table, where) {
      readPreferences(table, options, where);
      if (reference) readReference(table, reference, where);
    },
    read: labelled,
    withLabels: labelled,
    report: { texts: (table) => rowsOf(table, "the table").map(judgedWords) },
    preview(table, row) {
      const [shown] = rowsOf(pickRows(table, [row]), `row ${row + 1}`);
      return { text: chatWords(shown.prompt), label: shown.answers.map(answerWords).join(" > ") };
    },
  };
  return Object.freeze(task);
}

/** What all tasks have in common whose model writes answers. */
export function answeringTask(
  options: ConversationOptions,
  rowsOf: (table: Table, where: string) => readonly AnsweredRow[],
): Pick<
  LabelledTask<never, AskedPrompt, string>,
  "labels" | "head" | "signature" | "reader" | "writing" | "tableOf"
> {
  const { template, variables } = options;
  return {
    labels: [],
    head: { name: "language", outputs: 0 },
    signature: {
      pipeline: "text-generation",
      peftTaskType: "CAUSAL_LM",
      autoClass: "AutoModelForCausalLM",
      config: {},
      chat: template === undefined ? {} : { template },
    },
    // A template's variables are no part of what the pipeline is asked with.
    ...(variables === undefined
      ? {
        reader: messagesReader((table) =>
          rowsOf(table, "the held-out rows").map(({ prompt }) => prompt)
        ),
      }
      : {}),
    writing: preferenceWriting(
      options,
      (table, where) =>
        rowsOf(table, where).map(({ prompt, tools, answers: [answer] }) => ({
          prompt,
          ...(tools ? { tools } : {}),
          answer,
        })),
    ),
    tableOf() {
      throw new TunebookError(
        "unsupported",
        "what answers new prompts is generate, or predict with texts or lists of messages",
      );
    },
  };
}

/** A row in words: what was asked, and what was answered. */
function judgedWords({ prompt, answers }: AnsweredRow): string {
  return [chatWords(prompt), ...answers.map(answerWords)].join("\n");
}

/** What an answer says. */
function answerWords(answer: readonly ChatMessage[]): string {
  return answer.length === 1 ? answer[0].content ?? chatWords(answer) : chatWords(answer);
}
