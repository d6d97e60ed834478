/**
 * Answers as a whole.
 *
 * @module
 */
import type { AnswerEvent, EndEvent } from "./answer_events.ts";
import type { BegunTexts } from "./begin_texts.ts";
import type { ServedCall } from "./served_call.ts";
import type { WrittenToken } from "./token_text.ts";

/** An answer that was written. */
export interface CollectedAnswer {
  readonly text: string;
  readonly calls: readonly ServedCall[];
  readonly tokens: readonly WrittenToken[];
  readonly end: EndEvent;
}

/** Waits for all answers. */
export async function collected(
  { events }: Pick<BegunTexts, "events">,
): Promise<CollectedAnswer[]> {
  const found: AnswerEvent[][] = [];
  for await (const { index, value } of events()) (found[index] ??= []).push(value);
  return found.map((events) => {
    const texts = events.filter((event) => event.kind === "text");
    return {
      text: texts.map(({ text }) => text).join(""),
      tokens: texts.flatMap(({ tokens }) => tokens),
      calls: events.flatMap((event) => event.kind === "call" ? [event.call] : []),
      end: events.find((event) => event.kind === "end")!,
    };
  });
}
