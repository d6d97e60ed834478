/**
 * The right spans of a text.
 *
 * @module
 */
import type { FeedbackSpan } from "../item.ts";
import { areSpans, textContent } from "./content_shapes.ts";
import type { JudgedKind } from "./judged_kind.ts";

/** What is said of a word that is in no span. */
const outside = "O";

/** Spans in the text, which do not overlap. Agreement is that of the words' labels. */
export const spans: JudgedKind = {
  isContent: ({ text, spans }) => typeof text === "string" && areSpans(spans),
  wrongValue(value, { content, labels }) {
    if (!areSpans(value)) return "must be a list of spans with a start, an end and a label";
    const { length } = [...textContent(content).text];
    const sorted = sortedSpans(value);
    for (const [at, { start, end, label }] of sorted.entries()) {
      if (start < 0 || end > length || start >= end) return `has a span at ${start} to ${end}`;
      if (label === "" || label === outside || labels && !labels.includes(label)) {
        return "has a span whose label is none of the labels";
      }
      if (at > 0 && sorted[at - 1].end > start) return "has spans that overlap";
    }
    return undefined;
  },
  level: "nominal",
  ratings(value, content) {
    const own = sortedSpans(value as readonly FeedbackSpan[]);
    return wordsOf(textContent(content).text).map(({ start, end }) =>
      own.find((span) => span.start < end && start < span.end)?.label ?? outside
    );
  },
};

/** Spans in the order of the text. */
export function sortedSpans(value: readonly FeedbackSpan[]): readonly FeedbackSpan[] {
  return value.map(({ start, end, label }) => ({ start, end, label }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Where the words of a text stand, in code points. */
function wordsOf(text: string): { readonly start: number; readonly end: number }[] {
  const points = [...text];
  const words: { start: number; end: number }[] = [];
  points.forEach((point, at) => {
    if (/\s/u.test(point)) return;
    const last = words.at(-1);
    if (last?.end === at) last.end = at + 1;
    else words.push({ start: at, end: at + 1 });
  });
  return words;
}
