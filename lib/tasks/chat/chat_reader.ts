/**
 * How transformers.js asks for the next turn of a conversation.
 *
 * @module
 */
import type { ReaderContract } from "../../nn/reader_contract.ts";
import type { Table } from "../../table/table.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { writtenReader } from "../shared/written_reader.ts";
import type { ChatTaskOptions } from "./options.ts";
import { readConversations } from "./read_conversations.ts";

/** `text-generation` with messages: everything before the last turn of the assistant. */
export function chatReader(
  options: ChatTaskOptions,
): ReaderContract<readonly ChatMessage[], string> {
  return messagesReader((table) =>
    readConversations(table, options, "the held-out rows").flatMap(({ messages }) => {
      const last = messages.findLastIndex(({ role }) => role === "assistant");
      return last > 0 ? [messages.slice(0, last)] : [];
    })
  );
}

/** `text-generation` with the messages that `inputsOf` finds in held-out rows. */
export function messagesReader(
  inputsOf: (table: Table) => (readonly ChatMessage[])[],
): ReaderContract<readonly ChatMessage[], string> {
  return writtenReader<readonly ChatMessage[]>({
    pipeline: "text-generation",
    kind: "chat",
    inputsOf,
    textOf: (found) => {
      const [{ generated_text: turns }] = found as { generated_text: ChatMessage[] }[];
      return turns.at(-1)?.content ?? "";
    },
  });
}
