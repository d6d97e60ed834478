/**
 * What rows say and a chat template never writes.
 *
 * @module
 */
import { quoted } from "../../core/quoted.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import type { ChatTemplate } from "../../text/chat/chat_template.ts";
import { renderChat, type RenderChatOptions } from "../../text/chat/render_chat.ts";
import type { ChatRow } from "./read_conversations.ts";
import { thinkingFields } from "./read_message.ts";

/** How rows are rendered. */
export interface UnwrittenOptions extends Pick<RenderChatOptions, "variables" | "date"> {
  /** The template for rows with tools or without. */
  readonly templateFor: (hasTools: boolean) => ChatTemplate;
  /** What a row is called, counted from 0. */
  readonly nameOf: (row: number) => string;
}

/**
 * A line for each of `tools`, `tool_calls` and the fields of thoughts that a template leaves out: the first
 * conversation that has it is the same text without it, as far as the turn that has it.
 */
export function unwrittenFields(
  rows: readonly ChatRow[],
  { templateFor, nameOf, ...how }: UnwrittenOptions,
): string[] {
  const textOf = (messages: readonly ChatMessage[], own: ChatRow, tools = own.tools) =>
    renderChat(templateFor(own.tools !== undefined), messages, { ...how, tools });
  const withTools = rows.findIndex(({ tools }) => tools !== undefined);
  const isWritten = (row: number) => {
    const { messages } = rows[row];
    const plain = messages.map(withoutCalls);
    return textOf(plain, rows[row]) !== textOf(plain, rows[row], []);
  };
  const lines = withTools < 0 || writes(() => isWritten(withTools)) ? [] : [
    `${
      nameOf(withTools)
    }: the template does not write its tools; leave them out, or give a template ` +
    "that does",
  ];
  for (const field of ["tool_calls", ...thinkingFields]) {
    const has = ({ role, [field]: value }: ChatMessage) =>
      role === "assistant" && (Array.isArray(value) || (typeof value === "string" && value !== ""));
    const row = rows.findIndex(({ messages }) => messages.some(has));
    if (row < 0) continue;
    const { messages } = rows[row];
    const at = messages.findIndex(has);
    const upTo: ChatMessage[] = messages.slice(0, at + 1)
      .map((each) => ({ ...each, content: each.content ?? "" }));
    const bare = Object.fromEntries(Object.entries(upTo[at]).filter(([name]) => name !== field));
    const written = () =>
      textOf(upTo, rows[row]) !== textOf(upTo.with(at, bare as ChatMessage), rows[row]);
    if (writes(written)) continue;
    lines.push(
      `${nameOf(row)}: the template does not write ${quoted(field)} of message ${
        at + 1
      }; put it into ` +
        "the content, take it out, or give a template that does",
    );
  }
  return lines;
}

/** What a template refuses is told where all rows are rendered. */
function writes(isWritten: () => boolean): boolean {
  try {
    return isWritten();
  } catch {
    return true;
  }
}

/** A turn whose calls a template may refuse without tools. */
function withoutCalls({ tool_calls: _, ...message }: ChatMessage): ChatMessage {
  return { ...message, content: message.content ?? "" } as ChatMessage;
}
