/**
 * Texts of others as a person may safely see them: nothing in them moves a terminal's cursor, hides
 * what stands beside it or makes a picture that is no XML.
 *
 * @module
 */
import { escaped } from "./quoted.ts";

/**
 * Control characters (C0, DEL, C1), line and paragraph separators, what changes the direction of the
 * text behind it (U+202A–E, U+2066–9; https://trojansource.codes), the byte order mark, annotation
 * marks, what is no character in XML 1.0, and halves of surrogate pairs.
 */
const hidden =
  // deno-lint-ignore no-control-regex -- these are the characters that must be seen
  /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * A text on one line, such as a cell of a table: every character that cannot be seen is written as in
 * JSON, `\u001b`. A name in a sentence has `shownName`.
 */
export function visible(name: string): string {
  return name.replace(hidden, escaped);
}

/** A text of several lines: the same, but ends of lines and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(/\r\n/g, "\n")
    .replace(hidden, (character) => /[\n\t]/.test(character) ? character : escaped(character));
}
