/**
 * Images that were drawn over a training, one row for each time.
 *
 * @module
 */
import { type Html, htmlTable } from "../../core/html.ts";
import { visible } from "../../core/visible.ts";
import { htmlPicture } from "../../image/html_pictures.ts";
import { pngPicture } from "../../image/png_picture.ts";
import type { GeneratedImage } from "../../tasks/image_generation/drawing.ts";
import type { DrawnSample } from "../draw/sample_drawer.ts";

/** So many images fit beside each other. */
const mostColumns = 8;
/** Pixels of an image on its longer side. */
const shownPixels = 64;

const nameOf = ({ label, caption }: Pick<DrawnSample, "label" | "caption">) =>
  label ?? (caption || "any");

/** When images were drawn, and those of each sample. */
function timesOf(
  samples: readonly DrawnSample[],
  now: string,
): [when: string, images: readonly GeneratedImage[]][] {
  const [{ during }] = samples;
  // In a training the newest images are those of its last step so far.
  const isOver = now === "after";
  return [
    ["before", samples.map(({ before }) => before)],
    ...during.map(({ step }, at): [string, GeneratedImage[]] => [
      `step ${step}`,
      samples.map((sample) => sample.during[at].drawn),
    ]),
    ...(isOver
      ? [[now, samples.map(({ after }) => after)] satisfies [string, GeneratedImage[]]]
      : []),
  ];
}

/** What was drawn and when, in words. */
export function drawnSamplesText(samples: readonly DrawnSample[], now = "after"): string {
  const names = [...new Set(samples.map((sample) => visible(nameOf(sample))))].join(", ");
  const times = timesOf(samples, now).map(([when]) => when).join(", ");
  return `${samples.length} ${
    samples.length === 1 ? "image" : "images"
  } of ${names}; drawn ${times}`;
}

/** The images as a table, each sample a column. */
export function drawnSamplesHtml(samples: readonly DrawnSample[], now = "after"): Html {
  const shown = samples.slice(0, mostColumns);
  const rest = samples.length - shown.length;
  const cell = ({ image }: GeneratedImage, at: number, when: string) =>
    htmlPicture(pngPicture(image, `${nameOf(shown[at])}, ${when}`), shownPixels);
  return htmlTable({
    caption: "What the model draws of the same noise" +
      (rest > 0 ? `; ${rest} more are left out` : ""),
    columns: ["drawn", ...shown.map(nameOf)].map((title) => ({ title })),
    rows: timesOf(shown, now).map(([when, images]) => [
      when,
      ...images.map((image, at) => cell(image, at, when)),
    ]),
  });
}

/** Whether samples are images. */
export function areDrawn(samples: readonly object[]): samples is readonly DrawnSample[] {
  return samples.length > 0 && "seed" in samples[0];
}
