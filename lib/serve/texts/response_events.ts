/**
 * Answers of `/v1/responses` in pieces.
 *
 * @module
 */
import type { RequestError } from "../../http/request_error.ts";
import type { EndEvent, TextEvent } from "./answer_events.ts";
import type { BegunTexts } from "./begin_texts.ts";
import type { ServerEvent } from "./event_stream.ts";
import {
  callItem,
  logprobsOf,
  messageItem,
  type OutputItem,
  type ResponseHead,
  responseObject,
  statusOf,
  textPart,
} from "./response_object.ts";
import { newId, type ServedCall } from "./served_call.ts";
import type { WrittenToken } from "./token_text.ts";

/** The events of an answer. */
export async function* responseEvents(
  { events, promptTokens }: BegunTexts,
  head: ResponseHead,
): AsyncGenerator<ServerEvent> {
  const writer = new ResponseWriter();
  let isBegun = false;
  for await (const { value } of events()) {
    if (!isBegun) {
      const response = responseObject(head, { output: [], promptTokens });
      yield writer.event("response.created", { response });
      yield writer.event("response.in_progress", { response });
      isBegun = true;
    }
    if (value.kind === "text") yield* writer.text(value);
    else if (value.kind === "call") yield* writer.call(value.call);
    else {
      yield* writer.end(value);
      const { output } = writer;
      const response = responseObject(head, { output, promptTokens, end: value });
      yield writer.event(`response.${response.status}`, { response });
    }
  }
}

/** An error in the middle of a stream. */
export function responseError({ message, code, param }: RequestError): ServerEvent {
  return { event: "error", data: { type: "error", message, code, param } };
}

/** Counts events, and keeps what they told. */
class ResponseWriter {
  readonly output: OutputItem[] = [];
  #events = 0;
  #said: { readonly id: string; text: string; readonly tokens: WrittenToken[] } | undefined;

  event(type: string, fields: object): ServerEvent {
    return { event: type, data: { type, sequence_number: this.#events++, ...fields } };
  }

  *text({ text, tokens }: TextEvent): Generator<ServerEvent> {
    if (this.#said === undefined) {
      this.#said = { id: newId("msg_"), text: "", tokens: [] };
      yield this.#added(messageItem(this.#said.id, "in_progress", []));
      yield this.event("response.content_part.added", { ...this.#at(), part: textPart("", []) });
    }
    this.#said.text += text;
    this.#said.tokens.push(...tokens);
    yield this.event("response.output_text.delta", {
      ...this.#at(),
      delta: text,
      logprobs: logprobsOf(tokens),
    });
  }

  *call(call: ServedCall): Generator<ServerEvent> {
    yield* this.#closeText("completed");
    const [id, callId] = [newId("fc_"), newId("call_")];
    const at = { item_id: id, output_index: this.output.length };
    yield this.#added(callItem(id, callId, { ...call, arguments: "" }, "in_progress"));
    yield this.event("response.function_call_arguments.delta", { ...at, delta: call.arguments });
    const { name, arguments: given } = call;
    yield this.event("response.function_call_arguments.done", { ...at, name, arguments: given });
    yield this.#done(callItem(id, callId, call));
  }

  *end(end: EndEvent): Generator<ServerEvent> {
    if (this.output.length === 0 && this.#said === undefined) {
      yield* this.text({ kind: "text", text: "", tokens: [] });
    }
    yield* this.#closeText(statusOf(end));
  }

  *#closeText(status: string): Generator<ServerEvent> {
    if (this.#said === undefined) return;
    const { id, text, tokens } = this.#said;
    const part = textPart(text, tokens);
    const { logprobs } = part;
    yield this.event("response.output_text.done", { ...this.#at(), text, logprobs });
    yield this.event("response.content_part.done", { ...this.#at(), part });
    this.#said = undefined;
    yield this.#done(messageItem(id, status, [part]));
  }

  #at() {
    return { item_id: this.#said!.id, output_index: this.output.length, content_index: 0 };
  }

  #added(item: OutputItem): ServerEvent {
    return this.event("response.output_item.added", { output_index: this.output.length, item });
  }

  #done(item: OutputItem): ServerEvent {
    const told = this.event("response.output_item.done", {
      output_index: this.output.length,
      item,
    });
    this.output.push(item);
    return told;
  }
}
