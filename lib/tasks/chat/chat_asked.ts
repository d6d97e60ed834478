/**
 * What a model of conversations is asked.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { ChatMessage, ChatTool } from "../../text/chat/chat_message.ts";

/** A conversation with the functions that the model may call in it. */
export interface ChatWithTools {
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ChatTool[];
}

/** What is answered: a conversation, with tools where its row has some. */
export type ChatAsked = readonly ChatMessage[] | ChatWithTools;

/** True for a conversation with tools. */
export function isWithTools(input: ChatAsked): input is ChatWithTools {
  return isRecord(input) && "messages" in input;
}
