/**
 * Conversations as people read them.
 *
 * @module
 */
import type { ChatMessage } from "../../text/chat/chat_message.ts";

/** A conversation in words, a turn a line. */
export function chatWords(messages: readonly ChatMessage[]): string {
  return messages.map(({ role, content, tool_calls: calls }) =>
    `${role}: ${content ?? ""}${calls ? JSON.stringify(calls) : ""}`
  ).join("\n");
}
