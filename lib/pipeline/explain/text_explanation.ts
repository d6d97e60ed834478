/**
 * Which words speak for a label, as a person reads it.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame } from "../../core/html.ts";
import { quoted } from "../../core/quoted.ts";
import { textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import type { Faithfulness } from "../../evaluate/explain/faithfulness.ts";
import { faithfulnessLine } from "./faithfulness_line.ts";

/** How much a word speaks for the label. */
export interface ExplainedWord {
  readonly word: string;
  /** Which text of a pair it is of, from 0. */
  readonly of: number;
  /** Where it stands in its text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Above 0 it speaks for the label, below 0 against it; the sum of its tokens, in units of the logit. */
  readonly value: number;
}

/** Why a text has a label. */
export interface TextExplanation {
  /** The text, or both of a pair. */
  readonly texts: readonly string[];
  /** The method's name. */
  readonly method: string;
  /** The label that is explained: the likeliest one unless another was asked for. */
  readonly label: string;
  /** The label that it is explained against, where one was asked for. */
  readonly against?: string;
  /** The label's probability; the value itself for a regression. */
  readonly score: number;
  /** All words in their order. */
  readonly words: readonly ExplainedWord[];
  /** What special tokens have together; absent of methods that leave out whole words. */
  readonly specialTokens?: number;
  /** What the values add up to, minus the target's change from the baseline to the text. */
  readonly completenessError?: number;
  readonly faithfulness: Faithfulness;
  toString(): string;
}

/** So many words are listed in plain text. */
const mostListed = 10;
/** So many are shown in a notebook; the others are counted. */
const mostShown = 50;
const digits = 3;
const barLength = 12;
/** From this share of the largest value on, a word is marked in plain text. */
const markedShare = 1 / 3;
/** How strongly the largest value is tinted. */
const fullTint = 0.6;
/** A word that speaks for the label, and one that speaks against it; both tell on white and near black. */
const tints = { for: "213,94,0", against: "76,127,184" } as const;

/** The explanation, which shows itself. */
export function shownTextExplanation(
  fields: Omit<TextExplanation, "toString">,
): TextExplanation {
  const inWords = () => plain(fields);
  return Object.freeze({
    ...fields,
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: (): MimeBundle => bundleOf(inWords(), htmlFrame(legend, section(fields))),
  });
}

/** All of them below each other. */
export function displayOfTextExplanations(all: readonly TextExplanation[]): MimeBundle {
  const shown = all.slice(0, mostShown);
  const rest = all.length - shown.length;
  const more = rest > 0 ? [`… and ${rest} more`] : [];
  return bundleOf(
    [...shown.map(String), ...more].join("\n\n"),
    htmlFrame(legend, shown.map(section), more.map((each) => html`<p>${each}</p>`)),
  );
}

type Fields = Omit<TextExplanation, "toString">;

function plain(explanation: Fields): string {
  const { texts, words } = explanation;
  const most = largest(words);
  const ranked = words.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const listed = ranked.slice(0, mostListed).filter(({ value }) => value !== 0);
  const rows = listed.map(({ word, value }) => [word, signed(value), barOf(value / most)]);
  const rest = ranked.length - listed.length;
  return [
    titleOf(explanation),
    ...texts.map((text, of) =>
      visible(marked(text, words.filter((word) => word.of === of), most * markedShare))
    ),
    ...(rows.length > 0 ? [textTable(["word", "value", ""], rows, ["left", "right"])] : []),
    ...(rest > 0 ? [rest === 1 ? "1 other word has less" : `${rest} other words have less`] : []),
    ...notesOf(explanation),
  ].join("\n");
}

function titleOf({ method, label, against, score }: Fields): string {
  const what = against === undefined
    ? quoted(label)
    : `why ${quoted(label)} and not ${quoted(against)}`;
  return `${method}: ${what}, ${score.toFixed(digits)}`;
}

/** The text with what has much: `[+good]` speaks for the label, `[-slow]` against it. */
function marked(text: string, words: readonly ExplainedWord[], least: number): string {
  return piecesOf(text, words).map(({ piece, word }) =>
    word && word.value !== 0 && Math.abs(word.value) >= least
      ? `[${word.value > 0 ? "+" : "-"}${piece}]`
      : piece
  ).join("").replace(/\s+/g, " ");
}

function barOf(share: number): string {
  const bar = "█".repeat(Math.max(1, Math.round(barLength * Math.abs(share))));
  return share < 0 ? `- ${bar}` : `+ ${bar}`;
}

function notesOf(explanation: Fields): string[] {
  const { specialTokens, completenessError, faithfulness } = explanation;
  return [
    ...(specialTokens === undefined ? [] : [`special tokens ${signed(specialTokens)}`]),
    ...(completenessError === undefined
      ? []
      : [`completeness error ${completenessError.toExponential(1)}`]),
    faithfulnessLine(faithfulness),
  ];
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(digits)}`;
}

function largest(words: readonly ExplainedWord[]): number {
  return words.reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
}

const legend: Html = html`
  <p
    style="margin:.2em 0"><mark style="${tintOf(
      1,
    )}">speaks for the label</mark> <mark style="${tintOf(-1)}">speaks against it</mark></p>
`;

function section(explanation: Fields): Html {
  const { texts, label, against, score, method, words } = explanation;
  const most = largest(words);
  const other = against === undefined ? "" : html`
    and not <span dir="auto">${against}</span>
  `;
  return html`<section style="margin:.6em 0"><strong dir="auto">${label}</strong>${other}
<span style="font-variant-numeric:tabular-nums">${
    score.toFixed(digits)
  }</span> <span style="opacity:.85">${method}</span>${
    texts.map((text, of) => paragraph(text, words.filter((word) => word.of === of), most))
  }<p style="margin:.2em 0;opacity:.85;font-variant-numeric:tabular-nums">${
    notesOf(explanation).join(" · ")
  }</p></section>`;
}

function paragraph(text: string, words: readonly ExplainedWord[], most: number): Html {
  return html`<p dir="auto" style="margin:.4em 0;line-height:2;white-space:pre-wrap">${
    piecesOf(text, words).map(({ piece, word }) =>
      word
        ? html`<mark title="${signed(word.value)}" style="${
          tintOf(most === 0 ? 0 : word.value / most)
        }">${piece}</mark>`
        : piece
    )
  }</p>`;
}

function tintOf(share: number): string {
  const tint = share < 0 ? tints.against : tints.for;
  const strength = (fullTint * Math.abs(share)).toFixed(digits);
  const line = Math.abs(share) >= markedShare ? `2px solid rgb(${tint})` : "2px solid transparent";
  return `color:inherit;background:rgba(${tint},${strength});border-bottom:${line};border-radius:.2em;padding:.1em 0`;
}

/** The text in pieces, words and what stands between. */
function piecesOf(
  text: string,
  words: readonly ExplainedWord[],
): { piece: string; word?: ExplainedWord }[] {
  const pieces: { piece: string; word?: ExplainedWord }[] = [];
  let at = 0;
  for (const word of words) {
    if (word.start > at) pieces.push({ piece: text.slice(at, word.start) });
    pieces.push({ piece: text.slice(word.start, word.end), word });
    at = word.end;
  }
  if (at < text.length) pieces.push({ piece: text.slice(at) });
  return pieces;
}
