/**
 * Segmented images for notebooks and terminals.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { encodePng } from "../../image/encode_png.ts";
import { colourOf, mostShown, overlaid } from "./overlay.ts";
import { type SegmentedImage, type SegmentedLabel, thumbnailOf } from "./prediction.ts";

/** So many classes of an image are named, the largest first. */
const mostNamed = 8;
/** So many rows of a terminal's table. */
const mostRows = 40;

/** All answers: in a notebook images in colours with a legend, else a table. */
export function showSegmented(answers: readonly SegmentedImage[]): MimeBundle {
  const shown = answers.filter((answer) => thumbnailOf(answer)).slice(0, mostShown);
  const rest = answers.length - shown.length;
  return bundleOf(
    tableOf(answers),
    htmlFrame(
      html`<div style="display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start">${
        shown.map(figure)
      }</div>`,
      rest > 0 ? html`<p>… and ${rest} more</p>` : "",
    ),
  );
}

function tableOf(answers: readonly SegmentedImage[]): string {
  const rows = answers.slice(0, mostRows).map(({ image, mask: { width, height }, labels }) => [
    nameOf(image),
    `${width} × ${height}`,
    named(labels).map(({ label, share }) => `${label} ${percent(share)}`).join(", "),
  ]);
  const rest = answers.length - rows.length;
  const table = textTable(["image", "pixels", "share of the pixels"], rows);
  return rest > 0 ? `${table}\n… and ${rest} more` : table;
}

function figure(answer: SegmentedImage): Html {
  const { image, labels, mask } = answer;
  const bytes = encodePng(overlaid(thumbnailOf(answer)!, mask));
  const told = named(labels).map(({ label, share }) => `${label} ${percent(share)}`).join(", ");
  return html`
    <figure
      style="margin:0;max-width:16em"><img alt="${told}" src="${`data:image/png;base64,${bytes.toBase64()}`}" style="display:block;max-width:100%;min-width:8em;image-rendering:auto;border-radius:.2em"><figcaption
    dir="auto" title="${image}" style="overflow-wrap:anywhere;margin:.3em 0">${nameOf(
      image,
    )}</figcaption>${named(labels).map(legendLine)}</figure>
  `;
}

function legendLine({ id, label, share }: SegmentedLabel): Html {
  return html`<div style="display:flex;gap:.5em;align-items:baseline"><span style="flex:none;width:.8em;
height:.8em;border-radius:.15em;background:${colourOf(id)}"></span><span dir="auto" style="flex:1;
overflow-wrap:anywhere">${label}</span><span style="opacity:.85;font-variant-numeric:tabular-nums">${
    percent(share)
  }</span></div>`;
}

/** The largest classes. */
function named(labels: readonly SegmentedLabel[]): readonly SegmentedLabel[] {
  return labels.slice(0, mostNamed);
}

/** The file's name without its folders. */
function nameOf(image: string): string {
  return image.startsWith("data:") ? image : image.split(/[\\/]/).at(-1) || image;
}

function percent(share: number): string {
  const hundred = 100;
  return share > 0 && share < 1 / hundred ? "< 1 %" : `${Math.round(hundred * share)} %`;
}
