/**
 * A logit lens as a person reads it: what is answered after each block, from the embeddings down.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlTable } from "../../core/html.ts";
import { shownName } from "../../core/quoted.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import type { LensAnswer, LensLayer, LensPlace, LogitLens } from "./logit_lens.ts";

/** A lens without its displays. */
export type LensFields = Omit<LogitLens, "toString">;

/** So many inputs are shown in a notebook; the others are counted. */
const mostShown = 20;
const mostCharacters = 300;
const digits = 3;
/** How strongly an answer of probability 1 is tinted. */
const fullTint = 0.6;
const tint = "213,94,0";

/** The lens, which shows itself. */
export function shownLens(fields: LensFields): LogitLens {
  const inWords = () => plain(fields);
  return Object.freeze({
    ...fields,
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: (): MimeBundle => bundleOf(inWords(), htmlFrame(section(fields))),
  });
}

/** All of them below each other. */
export function displayOfLenses(all: readonly LogitLens[]): MimeBundle {
  const shown = all.slice(0, mostShown);
  const rest = all.length - shown.length;
  const more = rest > 0 ? [`… and ${rest} more`] : [];
  return bundleOf(
    [...shown.map(String), ...more].join("\n\n"),
    htmlFrame(shown.map(section), more.map((each) => html`<p>${each}</p>`)),
  );
}

function layerName({ layer }: LensLayer): string {
  return layer === 0 ? "embeddings" : `block ${layer}`;
}

/** `"film" .412`, or the number of a regression, whose one answer has no rivals. */
function answerText({ answer, score }: LensAnswer): string {
  return `${shownName(answer)} ${score.toFixed(digits)}`;
}

function placeTitle({ token, answer }: LensPlace): string {
  return token === undefined ? shownName(answer) : `${shownName(token)} → ${shownName(answer)}`;
}

/** One place has the likeliest answers beside each other, several have a column each. */
function columnsOf({ places }: LensFields): {
  readonly titles: string[];
  readonly cells: (layer: number) => LensAnswer[];
} {
  if (places.length > 1) {
    return {
      titles: places.map(placeTitle),
      cells: (layer) => places.map(({ layers }) => layers[layer].likeliest[0]),
    };
  }
  const [{ layers }] = places;
  return {
    titles: layers[0].likeliest.map((_, at) => at === 0 ? "likeliest" : `${at + 1}`),
    cells: (layer) => [...layers[layer].likeliest],
  };
}

/** Of one place: what becomes of the model's own answer. */
function ownAnswer({ places }: LensFields, layer: number): string[] {
  if (places.length > 1) return [];
  const { score, rank } = places[0].layers[layer];
  return [score.toFixed(digits), String(rank + 1)];
}

function ownTitles(fields: LensFields): string[] {
  return fields.places.length > 1 ? [] : [placeTitle(fields.places[0]), "rank"];
}

function plain(fields: LensFields): string {
  const { titles, cells } = columnsOf(fields);
  return [
    `logit lens: ${fields.texts.map((text) => shortened(text, mostCharacters)).join(" | ")}`,
    textTable(
      ["after", ...titles, ...ownTitles(fields)],
      fields.places[0].layers.map((each) => [
        layerName(each),
        ...cells(each.layer).map(answerText),
        ...ownAnswer(fields, each.layer),
      ]),
      ["left", ...titles.map(() => "left" as const), "right", "right"],
    ),
  ].join("\n");
}

function section(fields: LensFields): Html {
  const { titles, cells } = columnsOf(fields);
  return html`
    <section
      style="margin:.6em 0;overflow-x:auto"><p dir="auto" style="margin:.2em 0">${fields.texts.map((
        text,
      ) => shortened(text, mostCharacters)).join(" | ")}</p>${htmlTable({
        caption: "What the model would answer after each block",
        columns: [
          { title: "after" },
          ...titles.map((title) => ({ title })),
          ...ownTitles(fields).map((title) => ({ title, align: "right" as const })),
        ],
        rows: fields.places[0].layers.map((each) => [
          layerName(each),
          ...cells(each.layer).map(cell),
          ...ownAnswer(fields, each.layer),
        ]),
      })}</section>
  `;
}

/** Tinted by its probability; the numbers of a regression are not between 0 and 1. */
function cell({ answer, score }: LensAnswer): Html {
  const strength = fullTint * Math.min(1, Math.max(0, score));
  return html`
    <span
      style="background:rgba(${tint},${strength.toFixed(
        digits,
      )});border-radius:.2em;padding:.1em .3em"><bdi>${shownName(answer)}</bdi></span> <span
      style="opacity:.85">${score.toFixed(digits)}</span>
  `;
}
