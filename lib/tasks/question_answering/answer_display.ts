/**
 * Answers marked in their contexts, for notebooks and terminals.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame } from "../../core/html.ts";
import { shortened } from "../../core/text_table.ts";
import type { QuestionAnswer } from "./question_answer.ts";

/** So many answers are shown; the others are counted. */
const mostAnswers = 20;
/** Characters of the context before and behind an answer. */
const around = 240;
/** Readable on white and on black with the page's own letters. */
const markColour = "rgba(240,173,46,.4)";

/** Each question with its context, in which the answer is marked, and how sure the model is. */
export function displayOfAnswers(answers: readonly QuestionAnswer[]): MimeBundle {
  const shown = answers.slice(0, mostAnswers);
  const rest = answers.length - shown.length;
  const more = rest > 0 ? `… and ${rest} more` : "";
  return bundleOf(
    [...shown.map(asText), ...more ? [more] : []].join("\n\n"),
    htmlFrame(...shown.map(asHtml), ...more ? [html`<p>${more}</p>`] : []),
  );
}

function asText(answer: QuestionAnswer): string {
  const [before, marked, behind] = excerpt(answer);
  const flat = (text: string) => shortened(text, Infinity);
  const context = flat(marked === "" ? before + behind : `${before}«${marked}»${behind}`);
  return `${flat(answer.question)}\n  ${context}\n  ${verdict(answer)}`;
}

function asHtml(answer: QuestionAnswer): Html {
  const [before, marked, behind] = excerpt(answer);
  const mark = marked === "" ? "" : html`<mark style="background:${markColour};color:inherit;
padding:.05em .15em;border-radius:.2em">${marked}</mark>`;
  return html`<section style="margin:.8em 0"><strong dir="auto" style="display:block">${answer.question}</strong
><div dir="auto" style="overflow-wrap:anywhere">${before}${mark}${behind}</div
><div style="opacity:.85">${verdict(answer)}</div></section>`;
}

function verdict({ isAnswerable, text, score, nBest }: QuestionAnswer): string {
  if (isAnswerable) return `“${shortened(text, around)}”, score ${score.toFixed(3)}`;
  const [best] = nBest;
  const instead = best
    ? `; else “${shortened(best.text, around)}”, score ${best.score.toFixed(3)}`
    : "";
  return `no answer in this text, score ${score.toFixed(3)}${instead}`;
}

/** The context around the answer in three pieces: before it, itself, behind it. */
function excerpt({ context, start, end }: QuestionAnswer): [string, string, string] {
  const from = boundary(context, start - around);
  const to = boundary(context, end + around);
  return [
    (from > 0 ? "…" : "") + context.slice(from, start),
    context.slice(start, end),
    context.slice(end, to) + (to < context.length ? "…" : ""),
  ];
}

/** An offset within the text that splits no pair of surrogates. */
function boundary(text: string, at: number): number {
  const inside = Math.min(text.length, Math.max(0, at));
  const isSplit = /[\udc00-\udfff]/.test(text.charAt(inside)) &&
    /[\ud800-\udbff]/.test(text.charAt(inside - 1));
  return isSplit ? inside - 1 : inside;
}
