/**
 * How the preview of the data looks.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable, shareBar } from "../../core/html.ts";
import { histogramImage, histogramOf, histogramText } from "../../core/sparkline.ts";
import { shortened } from "../../core/text_table.ts";
import { shownName } from "../../core/quoted.ts";
import { visible } from "../../core/visible.ts";
import type { SplitReport } from "../../data/split_report.ts";
import { htmlPictures } from "../../image/html_pictures.ts";
import type { PreviewRow } from "./preview_row.ts";

const shownClasses = 12;

/** What is shown. */
export interface ShownPreview {
  readonly splits: SplitReport;
  /** Tokens of each row, by split; none of images. */
  readonly lengths: Readonly<Record<string, Int32Array>>;
  readonly notes: readonly string[];
  readonly examples: readonly PreviewRow[];
}

/** Whether the text says all: nothing is marked in it, or what is to be learned has no name. */
function saysAll(text: string, label: string): boolean {
  return label === "" || label === text.replace(/\s+/g, " ");
}

/** The preview on a terminal. */
export function previewText({ splits, lengths, notes, examples }: ShownPreview): string {
  return [
    String(splits),
    ...notes,
    ...Object.entries(lengths).map(([name, values]) =>
      `token lengths of ${name}: ${histogramText(histogramOf(values).counts)}`
    ),
    ...examples.flatMap(({ text, label, tokens, mask, learned }) => [
      `${saysAll(text, label) ? "" : `${visible(label)}: `}${shortened(text, 100)}`,
      ...tokens.length > 0
        ? [`  tokens ${tokens.map(visible).join(" ")}`, `  mask   ${mask.join("")}`]
        : [],
      ...learned ? [`  learned ${learned.map((each) => each.learned ? 1 : 0).join("")}`] : [],
    ]),
  ].join("\n");
}

/** The preview in a notebook. */
export function previewDisplay(shown: ShownPreview): MimeBundle {
  const { splits, lengths, notes, examples } = shown;
  const sizes = splits.splits.map(({ name, rows, tokens, duplicates }) => {
    const size = [name, rows.toLocaleString("en")];
    if (!lengths[name]) return [...size, duplicates];
    const { counts, low, high } = histogramOf(lengths[name]);
    return [
      ...size,
      histogramImage(
        counts,
        `Token lengths of ${name} from ${low} to ${high}: ${counts.join(", ")}`,
      ),
      tokens ? `half ≤ ${tokens.half}, 99 % ≤ ${tokens.nearly}, longest ${tokens.all}` : "",
      duplicates,
    ];
  });
  const hasTokens = Object.keys(lengths).length > 0;
  const noun = hasTokens ? "text" : "image";
  const balance = splits.splits.flatMap(({ name, classes }) =>
    classes.slice(0, shownClasses).map((each) => [
      `${name}: ${shownName(each.name)}`,
      each.rows.toLocaleString("en"),
      shareBar(each.share, `${(100 * each.share).toFixed(1)} %`),
    ])
  );
  const warnings = String(splits).split("\n").slice(splits.splits.length);
  return bundleOf(
    previewText(shown),
    htmlFrame(
      htmlTable({
        caption: hasTokens ? "Splits and the lengths of their rows in tokens" : "Splits",
        columns: ["split", "rows", ...hasTokens ? ["lengths", ""] : [], `repeated ${noun}s`]
          .map((title) => ({ title })),
        rows: sizes,
      }),
      balance.length > 0
        ? htmlTable({
          caption: "Class balance",
          columns: ["class", "rows", "share"].map((title) => ({ title })),
          rows: balance,
        })
        : html``,
      notes.map((line) => html`<p style="margin:.2em 0">${line}</p>`),
      warnings.map((line) => html`<p style="margin:.2em 0">⚠ ${line}</p>`),
      examples.map(({ text, label, tokens, mask, learned, pictures }) =>
        htmlSection(
          html`${
            saysAll(text, label) ? [] : html`
              <bdi>${visible(label)}</bdi>:
            `
          }<bdi>${shortened(text, 100)}</bdi>`,
          pictures ? htmlPictures(pictures) : tokenRow(tokens, mask),
          learned ? tokenTable(tokens, learned) : [],
        )
      ),
    ),
  );
}

/** Tokens as boxes, padding paler. */
function tokenRow(tokens: readonly string[], mask: readonly number[]): Html {
  return html`<p style="margin:.2em 0;font-family:monospace">${
    tokens.map((token, at) =>
      html`<span dir="auto" title="${
        mask[at] ? "token" : "padding, masked"
      }" style="border:1px solid
rgba(128,128,128,.5);padding:0 .25em;margin:0 .15em .15em 0;display:inline-block;opacity:${
        mask[at] ? 1 : 0.45
      }">${token}</span>`
    )
  }<br>mask ${mask.join("")}</p>`;
}

/** Each token with its id and whether it is learned. */
function tokenTable(
  tokens: readonly string[],
  learned: NonNullable<PreviewRow["learned"]>,
) {
  return htmlTable({
    caption: "What is learned",
    columns: ["token", "id", "learned"].map((title) => ({ title })),
    rows: learned.map(({ id, learned }, at) => [visible(tokens[at]), id, learned ? "yes" : "no"]),
  });
}
