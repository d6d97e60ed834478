/**
 * Segmented images for notebooks and terminals.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame } from "../../core/html.ts";
import { visible } from "../../core/visible.ts";
import { textTable } from "../../core/text_table.ts";
import type { Picture } from "../../image/picture.ts";
import { endOfName } from "../shared/image_input.ts";
import { pictureOfAnswer } from "../shared/seen_images.ts";
import { colourOf, mostShown } from "./overlay.ts";
import type { SegmentedImage, SegmentedLabel } from "./prediction.ts";

/** So many classes of an image are named, the largest first. */
const mostNamed = 8;
/** So many rows of a terminal's table. */
const mostRows = 40;

/** All answers: in a notebook images in colours with a legend, else a table. */
export function showSegmented(answers: readonly SegmentedImage[]): MimeBundle {
  const figures = answers.slice(0, mostShown).flatMap((answer) => {
    const picture = pictureOfAnswer(answer);
    return picture ? [figure(answer, picture)] : [];
  });
  const rest = answers.length - figures.length;
  return bundleOf(
    tableOf(answers),
    htmlFrame(
      html`<div style="display:flex;flex-wrap:wrap;gap:1em;align-items:flex-start">${figures}</div>`,
      rest > 0 ? html`<p>… and ${rest} more</p>` : "",
    ),
  );
}

/** The largest classes with their shares, on one line. */
export function toldShares(labels: readonly SegmentedLabel[]): string {
  return largest(labels).map(({ label, share }) => `${visible(label)} ${percent(share)}`).join(
    ", ",
  );
}

function tableOf(answers: readonly SegmentedImage[]): string {
  const rows = answers.slice(0, mostRows).map(({ image, mask: { width, height }, labels }) => [
    nameOf(image),
    `${width} × ${height}`,
    toldShares(labels),
  ]);
  const rest = answers.length - rows.length;
  const table = textTable(["image", "pixels", "share of the pixels"], rows);
  return rest > 0 ? `${table}\n… and ${rest} more` : table;
}

function figure({ image, labels }: SegmentedImage, { url, title }: Picture): Html {
  return html`<figure style="margin:0;max-width:16em"><img alt="${title}" src="${url}"
style="display:block;max-width:100%;min-width:8em;border-radius:.2em"><figcaption dir="auto"
title="${image}" style="overflow-wrap:anywhere;margin:.3em 0">${nameOf(image)}</figcaption>${
    largest(labels).map(legendLine)
  }</figure>`;
}

function legendLine({ id, label, share }: SegmentedLabel): Html {
  return html`<div style="display:flex;gap:.5em;align-items:baseline"><span style="flex:none;width:.8em;
height:.8em;border-radius:.15em;background:${colourOf(id)}"></span><span dir="auto" style="flex:1;
overflow-wrap:anywhere">${label}</span><span style="opacity:.85;font-variant-numeric:tabular-nums">${
    percent(share)
  }</span></div>`;
}

/** The largest classes. */
function largest(labels: readonly SegmentedLabel[]): readonly SegmentedLabel[] {
  return labels.slice(0, mostNamed);
}

/** The file's name without its folders. */
function nameOf(image: string): string {
  return endOfName(image.startsWith("data:") ? image : image.split(/[\\/]/).at(-1) || image);
}

function percent(share: number): string {
  const hundred = 100;
  return share > 0 && share < 1 / hundred ? "< 1 %" : `${Math.round(hundred * share)} %`;
}
