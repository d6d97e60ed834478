/**
 * Texts with their spans marked, in colours or in brackets.
 *
 * @module
 */
import { palette } from "../../chart/palette.ts";
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame } from "../../core/html.ts";
import { visible } from "../../core/visible.ts";
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";
import type { TaggedText } from "./tag_answers.ts";

/** Something to mark in a text. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** A probability. */
  readonly score?: number;
}

const percent = 100;

/** What is marked: spans, or of plain tags every word. */
export function marksOf({ spans, words }: TaggedText, scheme: TagScheme): readonly Mark[] {
  if (scheme !== "plain") return spans;
  return words.flatMap(({ tag, ...word }) => tag === null ? [] : [{ ...word, label: tag }]);
}

/** `[Alice]PER met [Bob]PER.` on one line; marks must not overlap. */
export function bracketed(text: string, marks: readonly Mark[]): string {
  const marked = piecesOf(text, marks)
    .map(({ piece, mark }) => mark ? `[${piece}]${mark.label}` : piece);
  return visible(marked.join("").replace(/\s+/g, " "));
}

/** All answers: in a notebook a paragraph each with coloured spans and a legend, else a line each. */
export function showTagged(answers: readonly TaggedText[], scheme: TagScheme): MimeBundle {
  const marked = answers.map((answer) => ({ text: answer.text, marks: marksOf(answer, scheme) }));
  const labels = [...new Set(marked.flatMap(({ marks }) => marks.map(({ label }) => label)))]
    .sort();
  const colourOf = (label: string) => palette[labels.indexOf(label) % palette.length];
  return bundleOf(
    marked.map(({ text, marks }) => bracketed(text, marks)).join("\n"),
    htmlFrame(
      labels.length > 0
        ? html`<p style="margin:.2em 0">${
          labels.map((label) =>
            html`
              ${mark(label, label, colourOf(label), undefined)}
            `
          )
        }</p>`
        : [],
      marked.map(({ text, marks }) =>
        html`<p dir="auto" style="margin:.4em 0;line-height:2;white-space:pre-wrap">${
          piecesOf(text, marks).map(({ piece, mark: own }) =>
            own ? mark(piece, own.label, colourOf(own.label), own.score) : piece
          )
        }</p>`
      ),
    ),
  );
}

/** A part of a text on a tint of its label's colour, which light and dark pages show through. */
function mark(text: string, label: string, colour: string, score: number | undefined): Html {
  const title = score === undefined ? label : `${label}, ${(percent * score).toFixed(1)} %`;
  // White space is shown as it is, so that there must be none around the name.
  // deno-fmt-ignore
  const name = score === undefined ? [] : html`<small style="opacity:.85;font-size:.75em;
font-weight:600;margin-left:.35em">${label}</small>`;
  return html`<mark title="${title}" style="color:inherit;background:${colour}33;border-bottom:2px
solid ${colour};border-radius:.2em;padding:.1em .25em">${text}${name}</mark>`;
}

/** The text in pieces, those with a mark and those between. */
function piecesOf(text: string, marks: readonly Mark[]): { piece: string; mark?: Mark }[] {
  const pieces: { piece: string; mark?: Mark }[] = [];
  let at = 0;
  for (const mark of marks) {
    if (mark.start < at) continue; // tokens of one character share their place
    if (mark.start > at) pieces.push({ piece: text.slice(at, mark.start) });
    pieces.push({ piece: text.slice(mark.start, mark.end), mark });
    at = mark.end;
  }
  if (at < text.length) pieces.push({ piece: text.slice(at) });
  return pieces;
}
