/**
 * Found objects as a notebook and a terminal show them: boxes over the pictures, and a table.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import { visible } from "../../core/visible.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import { endOfName } from "../shared/image_input.ts";
import { describeObjects } from "./describe_objects.ts";
import { boxedFigure } from "./drawn_boxes.ts";
import { type DetectionPrediction, originalOf } from "./prediction.ts";

/** So many images are shown as pictures, and so many objects in the table; the others are counted. */
const mostPictures = 6;
const mostRows = 20;
const digits = 3;

/** The pictures of the first images with their boxes, and a row for each object. */
export async function displayOfDetections(
  answers: readonly DetectionPrediction[],
): Promise<MimeBundle> {
  const found = answers.flatMap(({ objects }) => objects.map(({ label }) => label));
  const labels = [...new Set(found)];
  const encodePng = await pngEncoder();
  const pictures: Html[] = [];
  for (const answer of answers.slice(0, mostPictures)) {
    const picture = await originalOf(answer).catch(() => undefined);
    if (picture) pictures.push(boxedFigure(picture, answer, { labels, encodePng }));
  }
  const all = answers.flatMap(({ image, objects }) =>
    objects.length === 0
      ? [[endOfName(image), "nothing", "", ""]]
      : objects.map(({ label, score, box }) => [
        endOfName(image),
        visible(label),
        score.toFixed(digits),
        box.map((each) => each.toFixed(0)).join(", "),
      ])
  );
  const rows = all.slice(0, mostRows);
  const caption = `${answers.length} ${answers.length === 1 ? "image" : "images"}: ` +
    describeObjects(found) + (all.length > rows.length ? `; the first ${rows.length} rows` : "");
  const titles = ["image", "object", "score", "left, top, width, height"];
  const align = ["left", "left", "right", "right"] as const;
  return bundleOf(
    `${caption}\n${textTable(titles, rows, [...align])}`,
    htmlFrame(
      html`
        <div style="display:flex;flex-wrap:wrap;gap:.6em;align-items:flex-start">${pictures}</div>
      `,
      htmlTable({
        caption,
        columns: titles.map((title, at) => ({ title, align: align[at] })),
        rows,
      }),
    ),
  );
}
