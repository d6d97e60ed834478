/**
 * HTML that is safe to show: every text that is put into it is escaped. Colours are those of the
 * page or a middle grey, so that it is readable on light and on dark pages.
 *
 * @module
 */
import { visibleLines } from "./visible.ts";

const brand: unique symbol = Symbol("html");

/** Finished HTML; only `html` makes it, so that no text becomes markup by mistake. */
export interface Html {
  readonly markup: string;
  readonly [brand]: true;
}

/** What may stand in a template: texts and numbers are escaped, HTML and lists of it are not. */
export type HtmlPart = string | number | Html | readonly HtmlPart[];

/** A middle grey with a contrast above 3.8 to white and to near black. */
export const ink = "#7a7a7a";
/** Thin lines, on any background. */
export const lineColour = "rgba(128,128,128,.35)";
/** The colour of bars. */
export const barColour = "#4c7fb8";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * A text as HTML and XML show it, in content and in attributes. Characters that cannot be seen are
 * written as in JSON.
 */
export function escapeHtml(text: string): string {
  return visibleLines(text).replace(/[&<>"']/g, (character) => entities[character]);
}

/** A template for HTML: what is put in is escaped unless it is HTML itself. */
export function html(template: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  const markup = template.reduce((text, piece, at) => text + partMarkup(parts[at - 1]) + piece);
  return { markup, [brand]: true };
}

function partMarkup(part: HtmlPart): string {
  if (Array.isArray(part)) return part.map(partMarkup).join("");
  if (typeof part === "object" && brand in part) return part.markup;
  return escapeHtml(String(part));
}

/** A table for `htmlTable`. */
export interface HtmlTable {
  /** What the table shows; screen readers say it first. */
  readonly caption: string;
  readonly columns: readonly { readonly title: string; readonly align?: "left" | "right" }[];
  /** Cells, row by row. The first cell of a row is its header. */
  readonly rows: readonly (readonly HtmlPart[])[];
}

/** Titles up to this length, of columns and rows, are never broken. */
const mostTitle = 24;

/**
 * A table with a caption and with headers for columns and rows. Each cell's own letters say whether
 * it runs from the right, as Hebrew and Arabic do.
 */
export function htmlTable({ caption, columns, rows }: HtmlTable): Html {
  const cell = (at: number, whole = columns[at]?.align === "right") =>
    `text-align:${columns[at]?.align ?? "left"};padding:.2em .7em;vertical-align:baseline;` +
    `border:0;border-bottom:1px solid ${lineColour};background:transparent;` +
    // Numbers and titles stay in one piece; a long word may break, but not into single letters.
    (whole
      ? "white-space:nowrap;"
      : "white-space:normal;min-width:5em;max-width:40em;overflow-wrap:anywhere;") +
    "font-weight:";
  const head = columns.map(({ title }, at) =>
    html`<th scope="col" dir="auto" style="${cell(at, title.length <= mostTitle)}600">${title}</th>`
  );
  const body = rows.map((cells) =>
    html`<tr style="background:transparent">${
      cells.map((part, at) =>
        at === 0
          ? html`<th scope="row" dir="auto" style="${
            cell(at, typeof part !== "object" && String(part).length <= mostTitle)
          }600">${part}</th>`
          : html`<td dir="auto" style="${cell(at)}400">${part}</td>`
      )
    }</tr>`
  );
  return html`
    <table style="border-collapse:collapse;margin:.4em 0;min-width:28em;color:inherit;font-size:inherit;
    font-variant-numeric:tabular-nums">
      <caption style="text-align:left;caption-side:top;padding:.2em 0;
    color:inherit;opacity:.85">${caption}</caption>
      <thead>
        <tr>${head}</tr>
      </thead>
      <tbody>${body}</tbody>
    </table>
  `;
}

/** A titled section of a display. */
export function htmlSection(title: string | Html, ...content: readonly HtmlPart[]): Html {
  return html`<section style="margin:.6em 0"><strong style="display:block;margin:0 0 .2em"
>${title}</strong>${content}</section>`;
}

/** The frame around a whole display. */
export function htmlFrame(...content: readonly HtmlPart[]): Html {
  return html`<div style="color:inherit;font-size:13px;line-height:1.45;max-width:60em">${content}</div>`;
}

/** What vega writes at each mark for screen readers. */
const markWords = / aria-label="[^"]*" role="graphics-\w+" aria-roledescription="[^"]*"/g;

/**
 * A picture that needs no network, with what it shows in words. Words inside of it are left out:
 * nobody is read what is inside of an image, and they are half of its size.
 */
export function svgImage(svg: string, alt: string): Html {
  const bytes = new TextEncoder().encode(svg.replace(markWords, ""));
  const data = `data:image/svg+xml;base64,${bytes.toBase64()}`;
  return html`<img src="${data}" alt="${alt}" style="max-width:100%;height:auto;
background:transparent;display:inline-block;vertical-align:middle">`;
}

/** A share from 0 to 1 as a bar beside its text. */
export function shareBar(share: number, text: string): Html {
  const width = (100 * Math.min(1, Math.max(0, share))).toFixed(1);
  return html`<span style="display:inline-block;width:8em;height:.7em;margin-right:.5em;
border:1px solid ${lineColour}" aria-hidden="true"><span style="display:block;height:100%;
width:${width}%;background:${barColour}"></span></span>${text}`;
}
