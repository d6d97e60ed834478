/**
 * Chat: a language model learns what the assistant says in conversations.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { withoutUndefined } from "../core/objects.ts";
import type { Predictions } from "../nn/predictions.ts";
import type { Processor } from "../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../nn/task.ts";
import { pickRows, sourceRows } from "../table/source_rows.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import type { ChatMessage } from "../text/chat/chat_message.ts";
import { chatWords } from "./chat/chat_words.ts";
import { chatReader } from "./chat/chat_reader.ts";
import { chatWriting } from "./chat/chat_writing.ts";
import { countLearned } from "./chat/count_learned.ts";
import { encodeChats } from "./chat/encode_chats.ts";
import { chatShapeOf, type ChatTaskOptions, checkChatOptions } from "./chat/options.ts";
import { chatColumns, readConversations } from "./chat/read_conversations.ts";
import { decoderProcessor } from "./shared/decoder_processor.ts";
import { nextTokenObjective } from "./shared/next_token_objective.ts";
import { nextTokenPredictions, refuseAnswers } from "./shared/next_token_predictions.ts";
import { textExamples, textFingerprint } from "./shared/text_examples.ts";

/** The task that `chat` makes; what is asked is a list of messages. */
export type ChatTask = Task<Predictions<"language">, readonly ChatMessage[], string>;

const name = "chat";

/**
 * Learns to answer: rows are conversations, prompts with completions, or instructions with outputs,
 * written with the model's own chat template as transformers writes them. The loss counts what the
 * assistant says, its end token included. Metrics: `perplexity` and `tokenAccuracy` of learned tokens.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { chat, tableFromRows } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = chat({ messages: "messages" });
 * const table = tableFromRows([
 *   { messages: [{ role: "user", content: "Hello!" }, { role: "assistant", content: "Hi." }] },
 *   { messages: [{ role: "user" }] },
 * ]);
 * assert.throws(() => task.checkRows(table, "the table"), /row 2: message 1 .* has no content/);
 * assert.deepEqual(chat({ prompt: "question", completion: "answer" }).columns, ["question", "answer"]);
 * ```
 */
export function chat(options: ChatTaskOptions): ChatTask {
  checkChatOptions(options);
  const settings = withoutUndefined(options);
  const task: ChatTask = {
    name,
    kind: "language",
    settings: { ...settings },
    columns: chatColumns(settings),
    metric: "perplexity",
    lossSettings: [],
    checkRows: (table, where) => void readConversations(table, settings, where),
    read: () => labelledTask(task, settings),
    withLabels: () => labelledTask(task, settings),
    report: {
      texts: (table) =>
        readConversations(table, settings, "the table").map(({ messages }) => chatWords(messages)),
    },
    preview(table, row) {
      const [shown] = readConversations(pickRows(table, [row]), settings, `row ${row + 1}`);
      const { messages } = shown;
      const isAnswer = messages.at(-1)?.role === "assistant";
      return {
        text: chatWords(isAnswer ? messages.slice(0, -1) : messages),
        label: isAnswer ? messages.at(-1)!.content ?? "" : "",
      };
    },
  };
  return Object.freeze(task);
}

function labelledTask(
  task: ChatTask,
  options: ChatTaskOptions,
): LabelledTask<Predictions<"language">, readonly ChatMessage[], string> {
  const { template } = options;
  return {
    task,
    labels: [],
    head: { name: "language", outputs: 0 },
    signature: {
      pipeline: "text-generation",
      peftTaskType: "CAUSAL_LM",
      autoClass: "AutoModelForCausalLM",
      config: {},
      chat: template === undefined ? {} : { template },
    },
    examples: (table, processor, how) => examplesOf(table, processor, how, options),
    // A template's variables and tools are no part of what the pipeline is asked with.
    ...(options.variables === undefined ? { reader: chatReader(options) } : {}),
    writing: chatWriting(options),
    tableOf(inputs) {
      const column = chatShapeOf(options) === "messages" ? options.messages : undefined;
      if (column !== undefined) return tableFromColumns({ [column]: [...inputs] }, "the messages");
      throw new TunebookError("unsupported", "new inputs are messages: give a task with messages");
    },
  };
}

async function examplesOf(
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  options: ChatTaskOptions,
): Promise<Examples<Predictions<"language">, string>> {
  const own = decoderProcessor(name, processor);
  const source = sourceRows(table, where);
  const conversations = readConversations(table, options, where);
  const encoded = await encodeChats(conversations, own, options, { source, signal });
  const { sequences, truncated, notes } = countLearned(encoded, {
    options,
    tokenizer: own.tokenizer,
    maxTokens: own.maxTokens,
    source,
    strict: labelled,
  });
  const rows = table.numRows();
  return {
    ...textExamples({ rows, sequences, truncated }, own),
    notes,
    countsOf: (sequence) => sequences[sequence].counts,
    fingerprint: textFingerprint(sequences, sequences.flatMap(({ counts }) => [...counts])),
    objective: ({ vocabSize, afterVirtualTokens }) =>
      nextTokenObjective({ texts: sequences, vocabSize, afterVirtualTokens, perToken: true }),
    predictions: (outputs) => nextTokenPredictions(sequences, rows, outputs),
    answers: refuseAnswers,
  };
}
