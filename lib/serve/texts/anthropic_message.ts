/**
 * Answers in the form of Anthropic's messages.
 *
 * @module
 */
import { errorBody } from "../error_body.ts";
import type { RequestError } from "../../http/request_error.ts";
import type { EndEvent } from "./answer_events.ts";
import type { BegunTexts } from "./begin_texts.ts";
import type { CollectedAnswer } from "./collected.ts";
import type { ServerEvent } from "./event_stream.ts";
import { newId, type ServedCall } from "./served_call.ts";

/** Why an answer ended, in Anthropic's words. */
const stopReasons: Readonly<Record<EndEvent["reason"], string>> = {
  end: "end_turn",
  stop: "stop_sequence",
  length: "max_tokens",
  time: "max_tokens",
  call: "tool_use",
};

/** An answer as one object. */
export function anthropicMessage(
  { text, calls, end }: CollectedAnswer,
  { promptTokens: [read] }: BegunTexts,
  model: string,
) {
  const texts = text === "" && calls.length > 0 ? [] : [{ type: "text", text, citations: null }];
  return {
    ...head(model),
    content: [
      ...texts,
      ...calls.map((call) => ({ ...toolUse(call), input: JSON.parse(call.arguments) })),
    ],
    ...ending(end),
    usage: usage(read, end.tokens),
  };
}

/** The same in pieces. */
export async function* anthropicEvents(
  { events, promptTokens: [read] }: BegunTexts,
  model: string,
): AsyncGenerator<ServerEvent> {
  const event = (type: string, fields: object): ServerEvent => ({
    event: type,
    data: { type, ...fields },
  });
  let index = -1;
  let isBegun = false;
  let hasText = false;
  const block = function* (fields: object, delta: object): Generator<ServerEvent> {
    index++;
    yield event("content_block_start", { index, content_block: fields });
    yield event("content_block_delta", { index, delta });
  };
  for await (const { value } of events()) {
    if (!isBegun) {
      isBegun = true;
      const start = { ...head(model), content: [], ...ending(undefined), usage: usage(read, 0) };
      yield event("message_start", { message: start });
    }
    if (value.kind === "text") {
      const delta = { type: "text_delta", text: value.text };
      if (hasText) yield event("content_block_delta", { index, delta });
      else yield* block({ type: "text", text: "", citations: null }, delta);
      hasText = true;
      continue;
    }
    if (hasText) yield event("content_block_stop", { index });
    hasText = false;
    if (value.kind === "call") {
      const delta = { type: "input_json_delta", partial_json: value.call.arguments };
      yield* block({ ...toolUse(value.call), input: {} }, delta);
      yield event("content_block_stop", { index });
      continue;
    }
    yield event("message_delta", { delta: ending(value), usage: { output_tokens: value.tokens } });
  }
  yield event("message_stop", {});
}

/** An error in the middle of a stream. */
export function anthropicError(error: RequestError): ServerEvent {
  return { event: "error", data: errorBody(error, "/v1/messages") };
}

function head(model: string) {
  return { id: newId("msg_"), type: "message", role: "assistant", model };
}

function ending(end: EndEvent | undefined) {
  return {
    stop_reason: end ? stopReasons[end.reason] : null,
    stop_sequence: end?.reason === "stop" ? end.stop : null,
  };
}

function toolUse({ name }: ServedCall) {
  return { type: "tool_use", id: newId("toolu_"), name };
}

function usage(read: number, written: number) {
  return {
    input_tokens: read,
    output_tokens: written,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
  };
}
