/**
 * One turn of a conversation as rows write it → as templates take it.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";

/** Roles of ShareGPT → those of templates. */
const roles: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  bot: "assistant",
  model: "assistant",
  observation: "tool",
  function_response: "tool",
};

/** The turn, or what is wrong with it. */
export function readMessage(value: unknown): ChatMessage | string {
  if (!isRecord(value)) return "is no { role, content }";
  const { from, value: said, ...others } = value as Readonly<Record<string, unknown>>;
  const fields: Readonly<Record<string, unknown>> = {
    ...others,
    role: others.role ?? from,
    content: others.content ?? said,
  };
  const { role, weight } = fields;
  if (typeof role !== "string" || role === "") return "has no role";
  if (weight !== undefined && weight !== 0 && weight !== 1) {
    return "has a weight that is not 0 or 1";
  }
  const content = textOf(fields.content);
  if (typeof content === "object" && content !== null) return content.wrong;
  const calls = readCalls(fields.tool_calls);
  if (typeof calls === "string") return calls;
  if ((content === null || content === undefined) && !calls) return "has no content";
  return {
    ...fields,
    role: Object.hasOwn(roles, role) ? roles[role] : role,
    ...(content === undefined ? { content: null } : { content }),
    ...(calls ? { tool_calls: calls } : {}),
  };
}

/** A text, or the texts of parts one after the other. */
function textOf(content: unknown): string | null | undefined | { readonly wrong: string } {
  if (content === undefined || content === null || typeof content === "string") return content;
  if (!Array.isArray(content)) return { wrong: "has a content that is no text" };
  let text = "";
  for (const part of content) {
    const { type, text: own } = (part ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof own !== "string") {
      const kind = typeof type === "string" ? `of type ${quoted(type)}` : "without a text";
      return { wrong: `has a part ${kind}; only texts can be learned` };
    }
    text += own;
  }
  return text;
}

/** Calls of functions with their arguments as objects; OpenAI writes these as JSON. */
function readCalls(calls: unknown): unknown[] | string | undefined {
  if (calls === undefined || calls === null) return undefined;
  if (!Array.isArray(calls)) return "has tool_calls that are no list";
  if (calls.length === 0) return undefined;
  const read = calls.map((call) => {
    const { function: own } = (call ?? {}) as { readonly function?: Record<string, unknown> };
    const given = (own ?? call) as Readonly<Record<string, unknown>> | null;
    if (typeof given?.name !== "string") return undefined;
    if (typeof given.arguments !== "string") return call;
    try {
      // Of a function without parameters clients write nothing.
      const named = { ...given, arguments: JSON.parse(given.arguments.trim() || "{}") };
      return own ? { ...call, function: named } : named;
    } catch {
      return undefined;
    }
  });
  return read.includes(undefined)
    ? "has a tool call without a name or with arguments that are no JSON"
    : read;
}
