/**
 * What a row of a split looks like on a page: its image, or its text.
 *
 * @module
 */
import { type Html, html } from "../../core/html.ts";
import { shortened } from "../../core/text_table.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { htmlPicture } from "../../image/html_pictures.ts";
import { pictureOf } from "../../image/picture.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { AnyTask } from "../plan_spec.ts";
import type { AnalysedSplit } from "./duplicates.ts";

const mostCharacters = 120;

/** The row's text, or the name of its image. */
export function rowText(
  task: AnyTask,
  { table }: Pick<AnalysedSplit, "table">,
  row: number,
): string {
  return shortened(task.preview(pickRows(table, [row]), 0).text, mostCharacters);
}

/** A row with lines of words about it: beside its text, or below its image. */
export async function rowCard(
  task: AnyTask,
  split: AnalysedSplit,
  row: number,
  lines: readonly (string | Html)[],
): Promise<Html> {
  const text = rowText(task, split, row);
  const { images } = split.examples;
  const about = lines.map((line) => html`<div dir="auto">${line}</div>`);
  if (!images) {
    return html`
      <div style="flex:1 1 20em;max-width:28em">
        <div dir="auto"
          style="overflow-wrap:anywhere">${text}</div>
        <div style="opacity:.85;font-size:.92em">${about}</div>
      </div>
    `;
  }
  const picture = pictureOf(await images.fitted(row), text, await pngEncoder());
  return html`
    <figure style="margin:0;width:9.5em"
      title="${text}">${htmlPicture(
        picture,
      )}<figcaption style="font-size:.92em;overflow-wrap:anywhere">${about}</figcaption></figure>
  `;
}

/** Cards beside each other, in as many lines as they need. */
export function cardsInRows(cards: readonly Html[]): Html {
  return html`
    <div
      style="display:flex;flex-wrap:wrap;gap:1em;margin:.4em 0;align-items:flex-start">${cards}</div>
  `;
}
