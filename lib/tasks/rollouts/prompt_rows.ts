/**
 * Rows with prompts, as texts or as messages, and the task that writes answers to them.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { LabelledTask } from "../../nn/task.ts";
import type { WritingCase } from "../../nn/writing.ts";
import { columnValues, requireColumns } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { chat } from "../chat.ts";
import { chatWords } from "../chat/chat_words.ts";
import { listOfValue } from "../chat/plain_value.ts";
import { readMessage } from "../chat/read_message.ts";
import { textGeneration } from "../text_generation.ts";
import type { RolloutPrompt } from "./rollout_samples.ts";
import type { PromptOptions, RolloutSettings } from "./sampling_options.ts";

/** What is asked: a text, or messages. */
export type Prompt = string | readonly ChatMessage[];

/** The task of a model that was trained by rewards: it writes texts. */
export type WritingTask = LabelledTask<Predictions<"language">, never, string>;

/**
 * The prompts of all rows. Throws one error of kind "data" that lists every row (from 1) whose prompt is
 * neither a text nor a list of messages, or is of the other kind than those before.
 */
export function readPrompts(
  table: Table,
  { prompt }: Pick<PromptOptions, "prompt">,
  where: string,
): Prompt[] {
  requireColumns(table, [prompt], where);
  if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const complain = (row: number, what: string) => void wrong.push(`${source.nameOf(row)}: ${what}`);
  const values = columnValues(table, prompt);
  const found = Array.from(
    values,
    (value, row) => readPrompt(value, (what) => complain(row, what)),
  );
  const areMessages = found.map((each) => typeof each === "object");
  areMessages.forEach((each, row) => {
    if (found[row] !== undefined && each !== areMessages[0]) {
      complain(
        row,
        each
          ? "messages, where the first row has a text"
          : "a text, where the first row has messages",
      );
    }
  });
  if (wrong.length === 0) return found as Prompt[];
  throw mistakes(
    "data",
    `the prompts ${quoted(prompt)} of ${source.where} are wrong; correct or remove:`,
    wrong,
  );
}

function readPrompt(value: unknown, complain: (what: string) => void): Prompt | undefined {
  const list = typeof value === "string" && !value.trimStart().startsWith("[")
    ? undefined
    : listOfValue(value);
  if (!list?.every((each) => typeof each === "object")) {
    if (typeof value === "string" && value.trim() !== "") return value;
    complain("no text and no list of { role, content }");
    return undefined;
  }
  if (list.length === 0) complain("no messages");
  const messages = list.flatMap((each, at) => {
    const message = readMessage(each);
    if (typeof message !== "string") return [message];
    complain(`message ${at + 1} ${message}`);
    return [];
  });
  if (messages.at(-1)?.role === "assistant") {
    complain("the last message is the assistant's, whose answer is to be sampled");
  }
  return messages;
}

/** A prompt in words. */
export function promptWords(prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : chatWords(prompt);
}

/** The task by which prompts of this kind are asked, and by which the trained model is written and opened. */
export function writingTask(
  { prompt, template, system }: PromptOptions,
  areMessages: boolean,
): WritingTask {
  const task = areMessages
    ? chat({
      messages: prompt,
      ...(template === undefined ? {} : { template }),
      ...(system === undefined ? {} : { system }),
    })
    : textGeneration({ text: prompt });
  return task.withLabels([]) as unknown as WritingTask;
}

/** Held-out prompts as samples of a run ask them. */
export function promptCases(prompts: readonly Prompt[]): WritingCase[] {
  return prompts.map((input, row) => ({ row, input, asked: promptWords(input), references: [] }));
}

/**
 * The prompts as rollouts ask them. Throws one error of kind "data" with every row that leaves the model no
 * room for `maxNewTokens`.
 */
export function rolloutPrompts(
  table: Table,
  prompts: readonly Prompt[],
  { options, settings, processor, writing, where }: {
    readonly options: Pick<PromptOptions, "prompt">;
    readonly settings: RolloutSettings;
    readonly processor: TextProcessor;
    readonly writing: NonNullable<WritingTask["writing"]>;
    readonly where: string;
  },
): RolloutPrompt[] {
  const others = table.columnNames().filter((name) => name !== options.prompt);
  const columns = new Map(others.map((name) => [name, columnValues(table, name)]));
  const source = sourceRows(table, where);
  const wrong: string[] = [];
  const found = prompts.map((prompt, row): RolloutPrompt => {
    const tokens = writing.promptOf(prompt as never, processor, source.nameOf(row));
    if (tokens.length === 0 || tokens.length + settings.maxNewTokens > processor.maxTokens) {
      wrong.push(`${source.nameOf(row)}: ${tokens.length} tokens`);
    }
    return {
      prompt,
      words: promptWords(prompt),
      tokens,
      row: Object.fromEntries([...columns].map(([name, values]) => [name, values[row]])),
    };
  });
  if (wrong.length === 0) return found;
  throw mistakes(
    "data",
    `these prompts of ${source.where} have no tokens, or leave no room for answers of ` +
      `${settings.maxNewTokens} tokens within ${processor.maxTokens}; shorten or remove them, give a smaller ` +
      "maxNewTokens (--answer-tokens), or a larger maxTokens to train (--max-tokens):",
    wrong,
  );
}
