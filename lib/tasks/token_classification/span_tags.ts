/**
 * Spans of a text → tags of its words.
 *
 * @module
 */
import { tagsOf, type WordSpan } from "../../nn/tags/entities_of.ts";
import type { SpanScheme } from "./options.ts";
import { type LabelledSpan, shown } from "./read_spans.ts";
import type { Word } from "./split_words.ts";

/**
 * The tag of each word. A span must begin and end where a word does, or in the white space beside it.
 *
 * @param spans sorted
 * @param complain is told of spans that do not, and of those without a word
 * @param advice what the complaint about a span that cuts a word ends with
 */
export function spanTags(
  { text, words }: { readonly text: string; readonly words: readonly Word[] },
  spans: readonly LabelledSpan[],
  scheme: SpanScheme,
  complain: (what: string) => void,
  advice = "",
): string[] {
  let from = 0;
  const entities = spans.flatMap((span): WordSpan[] => {
    while (from < words.length && words[from].end <= span.start) from++;
    let to = from;
    while (to < words.length && words[to].start < span.end) to++;
    if (to === from) {
      complain(`${shown(span, text)} has no word`);
      return [];
    }
    const cut = words[from].start < span.start
      ? words[from]
      : words[to - 1].end > span.end
      ? words[to - 1]
      : undefined;
    if (cut) {
      const side = cut === words[from] && cut.start < span.start ? "begins" : "ends";
      complain(
        `${shown(span, text)} (${span.start}–${span.end}) ${side} inside of the word ` +
          `"${text.slice(cut.start, cut.end)}"${advice}`,
      );
    }
    return [{ type: span.label, start: from, end: to }];
  });
  return tagsOf(words.length, entities, scheme);
}
