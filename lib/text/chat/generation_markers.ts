/**
 * `{% generation %}`: what a template says itself that the model writes.
 *
 * @module
 */

const opening = /\{%(-?)\s*generation\s*(-?)%\}/g;
const closing = /\{%(-?)\s*endgeneration\s*(-?)%\}/g;

/** Marks of a rendered text; private characters that no text of a person has. */
const marks = { start: "\u{F5E01}\u{F5E02}", end: "\u{F5E02}\u{F5E01}" };

/** A stretch of a text in UTF-16 code units, from `start` up to but without `end`. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Whether a template has the markers. */
export function hasGenerationMarkers(source: string): boolean {
  return /\{%-?\s*generation\s*-?%\}/.test(source);
}

/** The template whose rendered text has marks where the markers stand. */
export function withMarks(source: string): string {
  // Two tags, so that each side keeps its way with white space.
  const tag = (mark: string) => (_: string, before: string, after: string) =>
    `{%${before} if true %}{{ "${mark}" }}{% endif ${after}%}`;
  return source.replace(opening, tag(marks.start)).replace(closing, tag(marks.end));
}

/** A rendered text without its marks, and what stood between them. */
export function readMarks(marked: string): { readonly text: string; readonly spans: TextSpan[] } {
  const spans: TextSpan[] = [];
  let text = "";
  for (const [index, part] of marked.split(marks.start).entries()) {
    const [inside, ...after] = index === 0 ? ["", part] : part.split(marks.end);
    if (index > 0) spans.push({ start: text.length, end: text.length + inside.length });
    text += inside + after.join("");
  }
  return { text, spans };
}
