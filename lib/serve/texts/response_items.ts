/**
 * What `/v1/responses` is asked: texts, turns, calls and what they gave.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { ChatMessage } from "../../text/chat/chat_message.ts";

const textPart = z.looseObject({
  type: z.enum(["input_text", "output_text", "text"]),
  text: z.string(),
});
const content = z.union([z.string(), z.array(textPart)], {
  error: 'must be a text, or a list of { type: "input_text", text }',
});

/** What items carry of the answer that they were taken from. */
const carried = {
  id: z.string().nullish(),
  status: z.enum(["in_progress", "completed", "incomplete"]).nullish(),
};

const message = z.strictObject({
  type: z.literal("message").optional(),
  role: z.enum(["user", "assistant", "system", "developer"]),
  content,
  phase: z.string().nullish(),
  ...carried,
});
const call = z.strictObject({
  type: z.literal("function_call"),
  call_id: z.string(),
  name: z.string().min(1),
  arguments: z.string().openapi({ description: "JSON." }),
  ...carried,
});
const callOutput = z.strictObject({
  type: z.literal("function_call_output"),
  call_id: z.string(),
  output: content,
  ...carried,
});

/** A text, or what was said so far. */
export const responseInput = z.union([
  z.string(),
  z.array(z.union([call, callOutput, message], {
    error: "must be a message, a function_call or a function_call_output",
  })).min(1),
]);

/** What was said so far, as templates take it; calls belong to the turn before them. */
export function responseMessages(
  input: z.infer<typeof responseInput>,
  instructions: string | null | undefined,
): ChatMessage[] {
  const names = new Map<string, string>();
  const found: ChatMessage[] = [];
  if (instructions != null) found.push({ role: "system", content: instructions });
  if (typeof input === "string") return [...found, { role: "user", content: input }];
  for (const item of input) {
    if (item.type === "function_call") {
      names.set(item.call_id, item.name);
      const { call_id: id, name, arguments: given } = item;
      const own = { id, type: "function", function: { name, arguments: given } };
      const last = found.at(-1);
      const turn: ChatMessage = last?.role === "assistant"
        ? last
        : { role: "assistant", content: null };
      if (turn === last) found.pop();
      found.push({ ...turn, tool_calls: [...turn.tool_calls ?? [], own] });
      continue;
    }
    if (item.type === "function_call_output") {
      const name = names.get(item.call_id);
      found.push({
        role: "tool",
        tool_call_id: item.call_id,
        ...(name === undefined ? {} : { name }),
        content: textOf(item.output),
      });
      continue;
    }
    const role = item.role === "developer" ? "system" : item.role;
    found.push({ role, content: textOf(item.content) });
  }
  return found;
}

function textOf(given: string | readonly { readonly text: string }[]): string {
  return typeof given === "string" ? given : given.map(({ text }) => text).join("");
}
