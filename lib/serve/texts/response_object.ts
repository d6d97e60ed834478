/**
 * Answers in the form of OpenAI's responses.
 *
 * @module
 */
import type { EndEvent } from "./answer_events.ts";
import type { CollectedAnswer } from "./collected.ts";
import { newId, type ServedCall } from "./served_call.ts";
import type { TokenText, WrittenToken } from "./token_text.ts";

/** A part of an answer: what was said, or a call. */
export type OutputItem = Readonly<Record<string, unknown>> & { readonly id: string };

/** An answer so far. */
export interface ResponseState {
  readonly output: readonly OutputItem[];
  readonly promptTokens: readonly number[];
  /** Absent while it is written. */
  readonly end?: EndEvent;
}

/** What answers repeat of their requests, with the number of the answer. */
export type ResponseHead = Readonly<Record<string, unknown>> & { readonly id: string };

/** The whole object. */
export function responseObject(
  head: ResponseHead,
  { output, promptTokens: [read], end }: ResponseState,
) {
  const isCut = end?.reason === "length" || end?.reason === "time";
  return {
    ...head,
    object: "response",
    status: end === undefined ? "in_progress" : isCut ? "incomplete" : "completed",
    error: null,
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output,
    usage: end === undefined ? null : {
      input_tokens: read,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: end.tokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: read + end.tokens,
    },
  };
}

/** The items of a whole answer. */
export function outputItems({ text, calls, tokens, end }: CollectedAnswer): OutputItem[] {
  const said = text === "" && calls.length > 0
    ? []
    : [messageItem(newId("msg_"), statusOf(end), [textPart(text, tokens)])];
  return [...said, ...calls.map((call) => callItem(newId("fc_"), newId("call_"), call))];
}

/** Whether an item was written to its end. */
export function statusOf({ reason }: EndEvent): "completed" | "incomplete" {
  return reason === "length" || reason === "time" ? "incomplete" : "completed";
}

/** A turn of the assistant. */
export function messageItem(id: string, status: string, content: readonly object[]): OutputItem {
  return { id, type: "message", role: "assistant", status, content };
}

/** Its text. */
export function textPart(text: string, tokens: readonly WrittenToken[]) {
  return { type: "output_text", text, annotations: [], logprobs: logprobsOf(tokens) };
}

/** A call. */
export function callItem(
  id: string,
  callId: string,
  { name, arguments: given }: ServedCall,
  status = "completed",
): OutputItem {
  return { id, type: "function_call", call_id: callId, name, arguments: given, status };
}

/** Log probabilities of tokens; none where they were not asked. */
export function logprobsOf(tokens: readonly WrittenToken[]): object[] {
  const shown = ({ text, logprob, bytes }: TokenText) => ({ token: text, logprob, bytes });
  return tokens.map((each) => ({ ...shown(each), top_logprobs: each.top.map(shown) }));
}
