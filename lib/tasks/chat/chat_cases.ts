/**
 * Held-out conversations → what the model is asked to answer.
 *
 * @module
 */
import type { WritingCase } from "../../nn/writing.ts";
import type { Table } from "../../table/table.ts";
import { chatWords } from "./chat_words.ts";
import type { ChatAsked } from "./chat_asked.ts";
import type { ChatTaskOptions } from "./options.ts";
import { readConversations } from "./read_conversations.ts";

/**
 * The last turn of the assistant that says something, given all that stands before it. Rows without one,
 * or with nothing before it, ask nothing.
 */
export function chatCases(
  table: Table,
  options: ChatTaskOptions,
  where: string,
): WritingCase[] {
  return readConversations(table, options, where).flatMap(({ messages, tools }, row) => {
    const last = messages.findLastIndex(({ role, content }) =>
      role === "assistant" && content !== undefined && content !== null && content !== ""
    );
    if (last < 1) return [];
    const before = messages.slice(0, last);
    const input: ChatAsked = tools ? { messages: before, tools } : before;
    return [{
      row,
      input,
      asked: chatWords(before),
      references: [messages[last].content!],
    }];
  });
}
