/**
 * Whether what was read from a file is content that people judge.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { AnswersContent, FeedbackContent, FeedbackSpan, TextContent } from "../item.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whether these are a prompt and so many answers. */
export function isAnswersContent({ prompt, answers }: Fields, least: number, most: number) {
  return isPrompt(prompt) && Array.isArray(answers) && answers.length >= least &&
    answers.length <= most && answers.every((each) => typeof each === "string");
}

/** Whether this is a text, or a conversation. */
export function isPrompt(value: unknown): boolean {
  if (typeof value === "string") return true;
  return Array.isArray(value) && value.length > 0 &&
    value.every((each) =>
      isRecord(each) && typeof each.role === "string" && typeof each.content === "string"
    );
}

/** Whether these are spans with whole offsets, whatever the text. */
export function areSpans(value: unknown): value is readonly FeedbackSpan[] {
  return Array.isArray(value) &&
    value.every((each) =>
      isRecord(each) && Number.isSafeInteger(each.start) && Number.isSafeInteger(each.end) &&
      typeof each.label === "string"
    );
}

/** Content with answers; the kind has made sure that it is. */
export function answersContent(content: FeedbackContent): AnswersContent {
  return content as AnswersContent;
}

/** Content with a text; the kind has made sure that it is. */
export function textContent(content: FeedbackContent): TextContent {
  return content as TextContent;
}
