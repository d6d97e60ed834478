/**
 * Rows of answers that people judged.
 *
 * @module
 */
import type { ChatMessage, ChatTool } from "../../text/chat/chat_message.ts";

/** A prompt with its answers. */
export interface AnsweredRow {
  readonly prompt: readonly ChatMessage[];
  /** Each as the turns that it consists of; the best one first, where they are ranked. */
  readonly answers: readonly (readonly ChatMessage[])[];
  readonly tools?: readonly ChatTool[];
}

/** Messages behind a system prompt, where there is one to give and they have none. */
export function withSystem(
  messages: readonly ChatMessage[],
  system: string | undefined,
): readonly ChatMessage[] {
  if (system === undefined || messages.some(({ role }) => role === "system")) return messages;
  return [{ role: "system", content: system }, ...messages];
}

/** What messages say, equal where they are the same. */
export function saidIn(messages: readonly ChatMessage[]): string {
  return JSON.stringify(messages);
}
