/**
 * Conversations as Anthropic's endpoint takes them.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import { jsonSchema } from "./answer_format.ts";

/** A hint for servers that remember prompts; it changes no text. */
const cacheControl = z.record(z.string(), z.unknown()).nullish();

const textBlock = z.strictObject({
  type: z.literal("text"),
  text: z.string(),
  cache_control: cacheControl,
  citations: z.null().optional(),
});
const toolUse = z.strictObject({
  type: z.literal("tool_use"),
  id: z.string(),
  name: z.string().min(1),
  input: z.record(z.string(), z.unknown()),
  cache_control: cacheControl,
  caller: z.unknown().optional(),
});
const toolResult = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: z.string(),
  content: z.union([z.string(), z.array(textBlock)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl,
});
const blocks = z.union([
  z.string(),
  z.array(z.discriminatedUnion("type", [textBlock, toolUse, toolResult])).min(1),
], { error: "must be a text, or a list of blocks of type text, tool_use or tool_result" });

/** What a request says of the conversation; `count_tokens` takes the same. */
export const conversationFields = {
  messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: blocks })).min(
    1,
  ),
  system: z.union([z.string(), z.array(textBlock)]).nullish(),
  tools: z.array(z.strictObject({
    type: z.literal("custom").nullish(),
    name: z.string().min(1),
    description: z.string().nullish(),
    input_schema: jsonSchema,
    strict: z.boolean().nullish(),
    cache_control: cacheControl,
  })).nullish(),
  tool_choice: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("auto"), disable_parallel_tool_use: z.boolean().nullish() }),
    z.strictObject({ type: z.literal("any"), disable_parallel_tool_use: z.boolean().nullish() }),
    z.strictObject({ type: z.literal("none") }),
    z.strictObject({
      type: z.literal("tool"),
      name: z.string(),
      disable_parallel_tool_use: z.boolean().nullish(),
    }),
  ]).nullish(),
  thinking: z.strictObject({ type: z.literal("disabled") }).nullish(),
  output_config: z.strictObject({
    format: z.strictObject({ type: z.literal("json_schema"), schema: jsonSchema }).nullish(),
  }).nullish(),
  cache_control: cacheControl,
};

const conversation = z.object(conversationFields);
/** The fields of a conversation. */
export type AnthropicConversation = z.infer<typeof conversation>;

/** The turns as templates take them: results of tools are turns of their own, calls belong to theirs. */
export function anthropicMessages(
  { messages, system }: Pick<AnthropicConversation, "messages" | "system">,
): ChatMessage[] {
  const names = new Map<string, string>();
  const found: ChatMessage[] = [];
  if (system != null && system.length > 0) {
    found.push({ role: "system", content: textOf(system) });
  }
  for (const { role, content } of messages) {
    const all = typeof content === "string" ? [{ type: "text" as const, text: content }] : content;
    for (const block of all) {
      if (block.type !== "tool_result") continue;
      const name = names.get(block.tool_use_id);
      found.push({
        role: "tool",
        tool_call_id: block.tool_use_id,
        ...(name === undefined ? {} : { name }),
        content: textOf(block.content ?? ""),
      });
    }
    const texts = all.filter((block) => block.type === "text");
    const calls = all.filter((block) => block.type === "tool_use");
    for (const { id, name } of calls) names.set(id, name);
    if (texts.length === 0 && calls.length === 0) continue;
    found.push({
      role,
      content: texts.length > 0 ? textOf(texts) : null,
      ...(calls.length > 0 ? { tool_calls: calls.map(toolCall) } : {}),
    });
  }
  return found;
}

function toolCall({ id, name, input }: z.infer<typeof toolUse>) {
  return { id, type: "function", function: { name, arguments: input } };
}

function textOf(content: string | readonly { readonly text: string }[]): string {
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}
