/**
 * Texts in the form of OpenAI's completions.
 *
 * @module
 */
import type { EndEvent } from "./answer_events.ts";
import type { BegunTexts } from "./begin_texts.ts";
import { finishReasons, usageOf } from "./chat_completion.ts";
import type { CollectedAnswer } from "./collected.ts";
import type { ServerEvent } from "./event_stream.ts";
import { newId } from "./served_call.ts";
import type { WrittenToken } from "./token_text.ts";

/** What completions say of themselves. */
interface TextAbout {
  readonly model: string;
  readonly hasLogprobs: boolean;
  /** The prompts, where they are put before the texts. */
  readonly echoed: readonly string[] | undefined;
  /** Answers to each prompt. */
  readonly answers: number;
}

/** All texts as one object. */
export function textCompletion(
  found: readonly CollectedAnswer[],
  { promptTokens }: BegunTexts,
  about: TextAbout,
) {
  return {
    ...head(about.model),
    choices: found.map(({ text, tokens, end }, index) => ({
      index,
      text: echoOf(about, index) + text,
      logprobs: about.hasLogprobs ? logprobsOf(tokens, 0) : null,
      finish_reason: finishReasons[end.reason],
    })),
    usage: usageOf(promptTokens, found.map(({ end }) => end)),
  };
}

/** The same in pieces. */
export async function* completionChunks(
  { events, promptTokens }: BegunTexts,
  about: TextAbout & { readonly withUsage: boolean },
): AsyncGenerator<ServerEvent> {
  const own = head(about.model);
  const ends: EndEvent[] = [];
  const offsets: number[] = [];
  for await (const { index, value } of events()) {
    const isFirst = offsets[index] === undefined;
    const offset = offsets[index] ??= 0;
    const text = (isFirst ? echoOf(about, index) : "") + (value.kind === "text" ? value.text : "");
    const logprobs = about.hasLogprobs && value.kind === "text"
      ? logprobsOf(value.tokens, offset)
      : null;
    if (value.kind === "text") offsets[index] += value.text.length;
    if (value.kind === "end") ends.push(value);
    const finish_reason = value.kind === "end" ? finishReasons[value.reason] : null;
    yield {
      data: {
        ...own,
        choices: [{ index, text, logprobs, finish_reason }],
        ...(about.withUsage ? { usage: null } : {}),
      },
    };
  }
  if (about.withUsage) yield { data: { ...own, choices: [], usage: usageOf(promptTokens, ends) } };
  yield { data: "[DONE]" };
}

function head(model: string) {
  const created = Math.floor(Date.now() / 1000);
  return { id: newId("cmpl-"), object: "text_completion", created, model };
}

function echoOf({ echoed, answers }: TextAbout, index: number): string {
  return echoed?.[Math.floor(index / answers)] ?? "";
}

/** @param offset characters of the text before these tokens */
function logprobsOf(tokens: readonly WrittenToken[], offset: number) {
  let at = offset;
  return {
    tokens: tokens.map(({ text }) => text),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top }) =>
      Object.fromEntries(top.map(({ text, logprob }) => [text, logprob]))
    ),
    text_offset: tokens.map(({ text }) => (at += text.length) - text.length),
  };
}
