/**
 * An answer as it is written, in the parts that all endpoints tell of: texts, calls and an end.
 *
 * @module
 */
import type { TextPiece } from "../../generate/answer_stream.ts";
import type { FinishReason, GeneratedText } from "../../generate/generated_text.ts";
import type { TextRequest } from "../../generate/generate.ts";
import { type CallRules, CallText } from "./call_text.ts";
import type { ServedCall } from "./served_call.ts";
import { type WrittenToken, writtenTokens } from "./token_text.ts";

/** Some more of a text. */
export interface TextEvent {
  readonly kind: "text";
  readonly text: string;
  /** Where log probabilities were asked. */
  readonly tokens: readonly WrittenToken[];
}

/** A call of a tool. */
export interface CallEvent {
  readonly kind: "call";
  readonly call: ServedCall;
}

/** The end of an answer. */
export interface EndEvent {
  readonly kind: "end";
  readonly reason: FinishReason | "call";
  /** The stop text at which it ended. */
  readonly stop?: string | undefined;
  /** Tokens that were written, the one that ended it included. */
  readonly tokens: number;
  /** All that was written, calls as the model writes them. */
  readonly whole: string;
}

/** What happens in an answer. */
export type AnswerEvent = TextEvent | CallEvent | EndEvent;

/** The events of an answer. */
export async function* answerEvents(
  pieces: AsyncGenerator<TextPiece, GeneratedText>,
  { generator: { tokenizer }, settings: { stopTokens } }: Pick<
    TextRequest,
    "generator" | "settings"
  >,
  calls: CallRules | undefined,
): AsyncGenerator<AnswerEvent> {
  const callText = calls && new CallText(calls);
  let unshown: WrittenToken[] = [];
  try {
    while (true) {
      const { done, value } = await pieces.next();
      if (done) {
        yield* endEvents(value, callText, unshown);
        return;
      }
      // The token that ends an answer is no part of its text.
      const own = value.logprobs.filter(({ token }) => !stopTokens.includes(token));
      unshown.push(...writtenTokens(tokenizer, own));
      const text = callText ? callText.push(value.text) : value.text;
      if (text === "") continue;
      // Tokens of a text that is still held back are shown with it.
      const shown = tokensUpTo(unshown, text);
      yield { kind: "text", text, tokens: unshown.slice(0, shown) };
      unshown = unshown.slice(shown);
    }
  } finally {
    await pieces.return?.(undefined as never);
  }
}

const utf8 = new TextEncoder();

/** How many tokens have the bytes of a text, so that those of a stop text are left out. */
function tokensUpTo(tokens: readonly WrittenToken[], text: string): number {
  const { length } = utf8.encode(text);
  let covered = 0;
  let count = 0;
  while (count < tokens.length && covered < length) covered += tokens[count++].bytes.length;
  return count;
}

function* endEvents(
  { finishReason, stop, tokens, text: whole }: GeneratedText,
  callText: CallText | undefined,
  unshown: readonly WrittenToken[],
): Generator<AnswerEvent> {
  const { text = "", calls = [] } = callText?.end() ?? {};
  const shown = stop === undefined ? unshown : unshown.slice(0, tokensUpTo(unshown, text));
  if (text !== "" || shown.length > 0) yield { kind: "text", text, tokens: shown };
  for (const call of calls) yield { kind: "call", call };
  const reason = calls.length > 0 && finishReason !== "length" ? "call" : finishReason;
  yield { kind: "end", reason, stop, tokens: tokens.length, whole };
}
