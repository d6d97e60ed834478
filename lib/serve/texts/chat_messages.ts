/**
 * Conversations as OpenAI's endpoint for chats takes them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ChatMessage } from "../../text/chat/chat_message.ts";

const textPart = z.looseObject({ type: z.literal("text"), text: z.string() });
const error = 'must be a text, or a list of { type: "text", text }';
const content = z.union([z.string(), z.array(textPart).min(1)], { error });
/** Beside calls some clients send an empty list. */
const answer = z.union([z.string(), z.array(textPart)], { error });

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string().min(1),
    arguments: z.string().openapi({ description: "JSON." }),
  }),
});

/** A turn; fields beside these are the template's own. */
export const chatMessage = z.discriminatedUnion("role", [
  z.looseObject({ role: z.enum(["system", "developer", "user"]), content }),
  z.looseObject({
    role: z.literal("assistant"),
    content: answer.nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.looseObject({ role: z.literal("tool"), content, tool_call_id: z.string() }),
]).openapi("ChatMessage");

type RequestMessage = z.infer<typeof chatMessage>;

/**
 * The turns as templates take them: a developer speaks as the system, what a tool said has the name of the
 * tool, and fields that are null are left out.
 */
export function chatMessages(messages: readonly RequestMessage[]): ChatMessage[] {
  const names = new Map<string, string>();
  return messages.map((message) => {
    const given = Object.fromEntries(
      Object.entries(message).filter(([name, value]) => value !== null && !isEmpty(name, value)),
    );
    const calls = message.role === "assistant" ? message.tool_calls ?? [] : [];
    for (const { id, function: { name } } of calls) names.set(id, name);
    if (message.role === "tool" && given.name === undefined) {
      const name = names.get(message.tool_call_id);
      if (name !== undefined) given.name = name;
    }
    return {
      ...given,
      role: message.role === "developer" ? "system" : message.role,
      ...(message.content == null || message.content.length === 0 ? { content: null } : {}),
    } as ChatMessage;
  });
}

/** What clients send back of an answer although there was none. */
function isEmpty(name: string, value: unknown): boolean {
  return (name === "tool_calls" || name === "annotations") && Array.isArray(value) &&
    value.length === 0;
}
