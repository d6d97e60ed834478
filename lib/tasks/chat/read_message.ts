/**
 * One turn of a conversation as rows write it → as templates take it.
 *
 * @module
 */
import { distance } from "fastest-levenshtein";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { parseJson } from "../../core/parse_json.ts";
import { quoted } from "../../core/quoted.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";

/** The role of a turn that is a call of functions, written as JSON, in rows of ShareGPT. */
const callRole = "function_call";

/** Roles of ShareGPT → those of templates, and these themselves. */
const roles: Readonly<Record<string, string>> = {
  human: "user",
  gpt: "assistant",
  chatgpt: "assistant",
  bot: "assistant",
  model: "assistant",
  [callRole]: "assistant",
  observation: "tool",
  function_response: "tool",
  ...Object.fromEntries(
    ["system", "developer", "user", "assistant", "tool", "function", "ipython"]
      .map((role) => [role, role]),
  ),
};

/** What other trainers call a turn's `weight`, as true and false. */
const learnedFlags = ["train", "training", "trainable", "loss"];

/** Fields in which templates look for what a model thinks. */
export const thinkingFields: readonly string[] = ["reasoning_content", "reasoning", "thinking"];

/** The turn, or what is wrong with it. */
export function readMessage(value: unknown): ChatMessage | string {
  if (!isRecord(value)) return "is no { role, content }";
  const { from, value: said, ...others } = value as Readonly<Record<string, unknown>>;
  const { weight, ...fields } = weighted({
    ...others,
    role: others.role ?? from,
    content: others.content ?? said,
  });
  const role = roleOf(fields.role);
  if (typeof role === "object") return role.wrong;
  if (weight !== undefined && weight !== 0 && weight !== 1) {
    return "has a weight that is not 0 or 1";
  }
  const text = textOf(fields.content);
  if (typeof text === "object" && text !== null) return text.wrong;
  const isCall = String(fields.role).toLowerCase() === callRole;
  const calls = readCalls(isCall ? callsIn(text) : fields.tool_calls);
  if (typeof calls === "string") return calls;
  const content = isCall ? "" : text;
  if ((content === null || content === undefined) && !calls) return "has no content";
  return {
    ...fields,
    role,
    ...(weight === undefined ? {} : { weight }),
    ...(content === undefined ? { content: null } : { content }),
    ...(calls ? { tool_calls: calls } : {}),
  };
}

/** Whether a turn has no text, no thoughts and no calls. */
export function saysNothing(message: ChatMessage): boolean {
  const texts = ["content", ...thinkingFields].map((field) => message[field]);
  return !message.tool_calls &&
    texts.every((text) => typeof text !== "string" || text.trim() === "");
}

/** The role that templates know; one that is nearly such a role is a slip of the pen. */
function roleOf(given: unknown): string | { readonly wrong: string } {
  if (typeof given !== "string" || given === "") return { wrong: "has no role" };
  const lower = given.toLowerCase();
  if (Object.hasOwn(roles, lower)) return roles[lower];
  // Numbered speakers are meant as they are written.
  const near = /\d$/.test(given) ? "" : nearRole(lower);
  return near === "" ? given : { wrong: `has the role ${quoted(given)}${near}` };
}

/** ` (did you mean "…"?)` with a role that one or two letters make. */
function nearRole(role: string): string {
  const mostEdits = 2;
  const near = Object.keys(roles).filter((known) =>
    known.length > mostEdits + 1 && distance(known, role) <= mostEdits
  );
  return near.length === 0 ? "" : didYouMean(role, near);
}

/** The fields with a weight for what other trainers write; null says nothing. */
function weighted(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const flags = learnedFlags.filter((name) => Object.hasOwn(fields, name));
  if (flags.length === 0) return fields;
  const said = flags.map((name) => fields[name]).filter((value) => value !== null);
  const others = Object.entries(fields).filter(([name]) => !flags.includes(name));
  const [first = fields.weight, ...more] = said.map((value) =>
    typeof value === "boolean" ? Number(value) : value
  );
  // Flags that contradict each other are no weight.
  const weight = more.every((each) => each === first) ? first : NaN;
  return { ...Object.fromEntries(others), ...(first === undefined ? {} : { weight }) };
}

/** The calls that the JSON of a text says, one or several. */
function callsIn(text: string | null | undefined): unknown {
  try {
    const parsed: unknown = parseJson(text ?? "");
    return Array.isArray(parsed) ? parsed : [parsed];
  } catch {
    return [text];
  }
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
    if (!isRecord(call)) return undefined;
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
