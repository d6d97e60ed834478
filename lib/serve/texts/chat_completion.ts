/**
 * Answers to conversations in the form of OpenAI's chat completions.
 *
 * @module
 */
import type { AnswerEvent, EndEvent } from "./answer_events.ts";
import type { BegunTexts } from "./begin_texts.ts";
import type { CollectedAnswer } from "./collected.ts";
import type { ServerEvent } from "./event_stream.ts";
import { newId, type ServedCall } from "./served_call.ts";
import type { TokenText, WrittenToken } from "./token_text.ts";

/** What answers say of themselves. */
interface CompletionAbout {
  readonly model: string;
  readonly hasLogprobs: boolean;
}

/** Why an answer ended, in OpenAI's words. */
export const finishReasons: Readonly<Record<EndEvent["reason"], string>> = {
  end: "stop",
  stop: "stop",
  length: "length",
  time: "length",
  call: "tool_calls",
};

/** All answers as one object. */
export function chatCompletion(
  answers: readonly CollectedAnswer[],
  { promptTokens }: BegunTexts,
  { model, hasLogprobs }: CompletionAbout,
) {
  return {
    ...head("chat.completion", model),
    choices: answers.map(({ text, calls, tokens, end }, index) => ({
      index,
      message: {
        role: "assistant",
        content: calls.length > 0 && text === "" ? null : text,
        refusal: null,
        ...(calls.length > 0 ? { tool_calls: calls.map(toolCall) } : {}),
      },
      logprobs: hasLogprobs ? logprobsOf(tokens) : null,
      finish_reason: finishReasons[end.reason],
    })),
    usage: usageOf(promptTokens, answers.map(({ end }) => end)),
  };
}

/** The same in pieces. */
export async function* chatChunks(
  { events, promptTokens }: BegunTexts,
  { model, hasLogprobs, withUsage }: CompletionAbout & { readonly withUsage: boolean },
): AsyncGenerator<ServerEvent> {
  const own = head("chat.completion.chunk", model);
  const begun = new Set<number>();
  const calls = new Map<number, number>();
  const ends: EndEvent[] = [];
  const chunk = (index: number, fields: object): ServerEvent => ({
    data: {
      ...own,
      choices: [{ index, delta: {}, logprobs: null, finish_reason: null, ...fields }],
      ...(withUsage ? { usage: null } : {}),
    },
  });
  for await (const { index, value } of events()) {
    if (!begun.has(index)) {
      begun.add(index);
      yield chunk(index, { delta: { role: "assistant", content: "", refusal: null } });
    }
    const at = calls.get(index) ?? 0;
    if (value.kind === "call") calls.set(index, at + 1);
    if (value.kind === "end") ends.push(value);
    yield chunk(index, fieldsOf(value, at, hasLogprobs));
  }
  if (withUsage) yield { data: { ...own, choices: [], usage: usageOf(promptTokens, ends) } };
  yield { data: "[DONE]" };
}

/** What an event adds to an answer. */
function fieldsOf(event: AnswerEvent, calls: number, hasLogprobs: boolean): object {
  switch (event.kind) {
    case "text": {
      const logprobs = hasLogprobs ? { logprobs: logprobsOf(event.tokens) } : {};
      return { delta: { content: event.text }, ...logprobs };
    }
    case "call":
      return { delta: { tool_calls: [{ index: calls, ...toolCall(event.call) }] } };
    case "end":
      return { finish_reason: finishReasons[event.reason] };
  }
}

const toolCall = (call: ServedCall) => ({ id: newId("call_"), type: "function", function: call });

function head(object: string, model: string) {
  const created = Math.floor(Date.now() / 1000);
  return { id: newId("chatcmpl-"), object, created, model, system_fingerprint: null };
}

/** Tokens that were read and written. */
export function usageOf(
  promptTokens: readonly number[],
  ends: readonly Pick<EndEvent, "tokens">[],
) {
  const read = promptTokens.reduce((sum, each) => sum + each, 0);
  const written = ends.reduce((sum, { tokens }) => sum + tokens, 0);
  return { prompt_tokens: read, completion_tokens: written, total_tokens: read + written };
}

function logprobsOf(tokens: readonly WrittenToken[]) {
  const shown = ({ text, logprob, bytes }: TokenText) => ({ token: text, logprob, bytes });
  return {
    content: tokens.map((each) => ({ ...shown(each), top_logprobs: each.top.map(shown) })),
    refusal: null,
  };
}
