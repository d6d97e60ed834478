/**
 * How a model that learned from judged answers writes: as one of `chat` does.
 *
 * @module
 */
import type { WritingCase } from "../../nn/writing.ts";
import type { Writing } from "../../nn/writing.ts";
import type { Table } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { chatWords } from "../chat/chat_words.ts";
import { chatWriting } from "../chat/chat_writing.ts";
import type { ConversationOptions } from "./options.ts";
import type { AnsweredRow } from "./answered_row.ts";

/** A row with the answer that is taken as right, if any is. */
export interface AskedRow extends Pick<AnsweredRow, "prompt" | "tools"> {
  readonly answer?: readonly ChatMessage[] | undefined;
}

/** What a model is asked: messages, or a text, which is the message of a user as in the rows. */
export type AskedPrompt = string | readonly ChatMessage[];

/** Asks with the template of the training; held-out rows ask their prompts. */
export function preferenceWriting(
  options: ConversationOptions,
  rowsOf: (table: Table, where: string) => readonly AskedRow[],
): Writing<AskedPrompt> {
  const writing = chatWriting(options);
  return {
    ...writing,
    promptOf: (input, processor, where) =>
      writing.promptOf(
        typeof input === "string" && input !== ""
          ? [{ role: "user", content: input }]
          : input as readonly ChatMessage[],
        processor,
        where,
      ),
    cases(table, processor, where) {
      const found = rowsOf(table, where).flatMap((asked, row): WritingCase[] => {
        const right = asked.answer?.at(-1)?.content;
        if (right === undefined || right === null || right === "") return [];
        const { prompt, tools } = asked;
        const input = tools ? { messages: prompt, tools } : prompt;
        return [{ row, input, asked: chatWords(prompt), references: [right] }];
      });
      if (options.overflow !== "drop") return found;
      return found.filter(({ input, row }) =>
        writing.promptOf(input as readonly ChatMessage[], processor, `row ${row + 1}`).length <
          processor.maxTokens
      );
    },
  };
}
