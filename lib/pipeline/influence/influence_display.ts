/**
 * Influence of training rows as a person reads it.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable } from "../../core/html.ts";
import { quoted } from "../../core/quoted.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import type { HeldOutInfluence, Influence, InfluentialRow, NearRow } from "./influence.ts";
import type { InfluenceScore } from "./influence_options.ts";

/** The influence without its displays. */
export type InfluenceFields = Omit<Influence, "toString">;

/** So many held-out rows are shown; the others are counted. */
const mostShown = 20;
const mostCharacters = 120;
const digits = 3;
const barLength = 10;
/** The colours of a word that speaks for a label, and of one that speaks against it. */
const colours = { for: "rgb(213,94,0)", against: "rgb(76,127,184)" } as const;

/** The influence, which shows itself. */
export function shownInfluence(
  fields: InfluenceFields,
  how: { readonly rankedBy: InfluenceScore },
): Influence {
  const inWords = () => plain(fields, how);
  return Object.freeze({
    ...fields,
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: (): MimeBundle => bundleOf(inWords(), page(fields, how)),
  });
}

type How = Parameters<typeof shownInfluence>[1];

function titleOf({ points }: InfluenceFields, { rankedBy }: How): string {
  const at = points === 1 ? "at one point of the run" : `at ${points} points of the run`;
  const by = rankedBy === "cosine" ? "the cosine of gradients" : "influence (TracIn)";
  return `Training rows for and against, by ${by}, ${at}`;
}

function heldTitle({ number, text, label, loss }: HeldOutInfluence): string {
  return `row ${number}, ${quoted(visible(label))}, loss ${loss.toFixed(digits)}: ${
    shortened(text, mostCharacters)
  }`;
}

function plain(fields: InfluenceFields, how: How): string {
  const { rows, harmful } = fields;
  const rest = rows.length - mostShown;
  return [
    titleOf(fields, how),
    ...rows.slice(0, mostShown).flatMap((each) => [
      "",
      heldTitle(each),
      tableOf([...each.proponents, ...each.opponents], how),
      ...(each.nearest ? [nearestLine(each.nearest)] : []),
    ]),
    ...(rest > 0 ? ["", `… and ${rest} more rows`] : []),
    ...(harmful.length > 0 && rows.length > 1
      ? ["", harmfulTitle(rows.length), tableOf(harmful, how)]
      : []),
  ].join("\n");
}

function harmfulTitle(rows: number): string {
  return `Most against all ${rows} rows together (the mean)`;
}

/** What a bar is as long as: the number by which rows are ranked. */
function valueOf({ influence, cosine }: InfluentialRow, { rankedBy }: How): number {
  return rankedBy === "cosine" ? cosine : influence;
}

function largest(rows: readonly InfluentialRow[], how: How): number {
  return rows.reduce((most, row) => Math.max(most, Math.abs(valueOf(row, how))), 0);
}

function tableOf(rows: readonly InfluentialRow[], how: How): string {
  if (rows.length === 0) return "no training row has anything to do with it";
  const most = largest(rows, how);
  return textTable(
    ["influence", "cosine", "", "row", "label", "text"],
    rows.map((row) => [
      signed(row.influence),
      row.cosine.toFixed(digits),
      `${valueOf(row, how) < 0 ? "-" : "+"} ${
        "█".repeat(Math.max(1, Math.round(barLength * Math.abs(valueOf(row, how)) / most)))
      }`,
      String(row.number),
      row.label,
      row.text,
    ]),
    ["right", "right", "left", "right"],
  );
}

/** Three digits whatever the size: learning rates make influences small. */
function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toPrecision(digits)}`;
}

function nearestLine(nearest: readonly NearRow[]): string {
  const rows = nearest.map(({ number, label, similarity }) =>
    `row ${number} ${quoted(visible(label))} ${similarity.toFixed(digits)}`
  );
  return `nearest to the model: ${rows.join(", ")}`;
}

function page(fields: InfluenceFields, how: How): Html {
  const { rows, harmful } = fields;
  const rest = rows.length - mostShown;
  return htmlFrame(
    html`<p style="margin:.2em 0">${titleOf(fields, how)}</p>`,
    rows.slice(0, mostShown).map((each) => heldSection(each, how)),
    rest > 0 ? html`<p>… and ${rest} more rows</p>` : "",
    harmful.length > 0 && rows.length > 1
      ? htmlSection(
        harmfulTitle(rows.length),
        influenceTable("Training rows that harm these rows most", harmful, how),
      )
      : "",
  );
}

function heldSection(held: HeldOutInfluence, how: How): Html {
  const all = [...held.proponents, ...held.opponents];
  return htmlSection(
    html`
      <span dir="auto">${shortened(held.text, mostCharacters)}</span> <span
        style="font-weight:400;opacity:.85">row ${held.number}, <bdi>${held
          .label}</bdi>, loss ${held.loss.toFixed(digits)}</span>
    `,
    all.length === 0
      ? html`<p style="margin:.2em 0">no training row has anything to do with it</p>`
      : influenceTable("Training rows for this label and against it", all, how),
    held.nearest
      ? htmlTable({
        caption: "Training rows nearest to the model",
        columns: [{ title: "text" }, { title: "label" }, { title: "similarity", align: "right" }, {
          title: "row",
          align: "right",
        }],
        rows: held.nearest.map(({ text, label, similarity, number }) => [
          shortened(text, mostCharacters),
          label,
          similarity.toFixed(digits),
          number,
        ]),
      })
      : "",
  );
}

function influenceTable(caption: string, rows: readonly InfluentialRow[], how: How): Html {
  const most = largest(rows, how);
  return htmlTable({
    caption,
    columns: [
      { title: "text" },
      { title: "label" },
      { title: "" },
      { title: "influence", align: "right" },
      { title: "cosine", align: "right" },
      { title: "row", align: "right" },
    ],
    rows: rows.map((row) => [
      shortened(row.text, mostCharacters),
      row.label,
      bar(valueOf(row, how) / most),
      signed(row.influence),
      row.cosine.toFixed(digits),
      row.number,
    ]),
  });
}

/** To the right what speaks for the label, to the left what speaks against it. */
function bar(share: number): Html {
  const width = (50 * Math.abs(share)).toFixed(1);
  const side = share < 0
    ? `right:50%;background:${colours.against}`
    : `left:50%;background:${colours.for}`;
  return html`
    <span style="display:inline-block;position:relative;width:8em;height:.8em"
      aria-label="${share < 0 ? "against" : "for"}" role="img"><span style="position:absolute;top:0;
    bottom:0;width:${width}%;${side}"></span></span>
  `;
}
