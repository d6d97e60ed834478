/**
 * A picture with the boxes of what was found in it.
 *
 * @module
 */
import { type Html, html, svgImage } from "../../core/html.ts";
import { shortened } from "../../core/text_table.ts";
import { endOfName } from "../shared/image_input.ts";
import type { EncodePng } from "../../image/encode_png.ts";
import type { Image } from "../../image/image.ts";
import { resample } from "../../image/resample/resample.ts";
import { rgbImage } from "../../image/rgb_image.ts";
import { describeObjects } from "./describe_objects.ts";
import type { DetectedObject, DetectionPrediction } from "./prediction.ts";

/** Pixels of the longer side of a picture; small ones are enlarged by the viewer, not in the file. */
const longest = 280;
/** The same of one beside others, where labels have no room. */
const smallLongest = 96;
/** Pixels of a letter, wide and high, in the font of the labels. */
const [letter, line] = [6.7, 15];
const mostLetters = 24;
/**
 * Colours of boxes by class (Okabe and Ito, "Color universal design", 2008): apart for all eyes. Black and
 * white letters stand on them as they are read best.
 */
const colours = [
  ["#e69f00", "#000"],
  ["#56b4e9", "#000"],
  ["#009e73", "#000"],
  ["#f0e442", "#000"],
  ["#0072b2", "#fff"],
  ["#d55e00", "#000"],
  ["#cc79a7", "#000"],
] as const;

/** A drawing as a file. */
export interface BoxDrawing {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** What drawings share. */
export interface DrawingOptions {
  /** All classes of a display, so that each has one colour in all of its pictures. */
  readonly labels: readonly string[];
  readonly encodePng: EncodePng;
  /** True for a drawing of 96 pixels with frames alone. */
  readonly isSmall?: boolean;
}

/** An object, with how sure a model is of it where one found it. */
export type DrawnObject = Omit<DetectedObject, "score"> & { readonly score?: number };

/** The picture at most 280 pixels wide and high, with its name below and what is in it in words. */
export function boxedFigure(
  picture: Image,
  { image, objects }: DetectionPrediction,
  options: DrawingOptions,
): Html {
  const what = describeObjects(objects.map(({ label }) => label));
  return html`
    <figure
      style="margin:0;max-width:${longest}px">${svgImage(
        drawnBoxes(picture, objects, options).svg,
        `${image}: ${what}`,
      )}<figcaption style="opacity:.85;overflow-wrap:anywhere">${endOfName(
        image,
      )}</figcaption></figure>
  `;
}

/** The picture with a frame and a label for each object; the first ones are drawn over the others. */
export function drawnBoxes(
  picture: Image,
  objects: readonly DrawnObject[],
  { labels, encodePng, isSmall = false }: DrawingOptions,
): BoxDrawing {
  const scale = (isSmall ? smallLongest : longest) / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width, picture.height].map((side) =>
    Math.max(1, Math.round(side * scale))
  );
  const png = encodePng(scaledDown(rgbImage(picture), Math.min(scale, 1)));
  const boxes = objects.toReversed().map((object) =>
    boxOf(object, {
      scale,
      width,
      height,
      colour: colours[Math.max(0, labels.indexOf(object.label)) % colours.length],
    })
  );
  // No frame is drawn over a label.
  const plates = isSmall ? [] : boxes.map(({ plate }) => plate);
  const drawn = [...boxes.map(({ frame }) => frame), ...plates];
  const { markup } = html`
    <svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
      viewBox="0 0 ${width} ${height}" font-family="sans-serif"
      font-size="12"><image href="data:image/png;base64,${png
        .toBase64()}" width="${width}" height="${height}" preserveAspectRatio="none" style="image-rendering:${scale >
          1
        ? "pixelated"
        : "auto"}"/>${drawn}</svg>
  `;
  return { svg: markup, width, height };
}

function scaledDown(image: Image, scale: number): Image {
  if (scale === 1) return image;
  const [width, height] = [image.width, image.height].map((side) =>
    Math.max(1, Math.round(side * scale))
  );
  return resample(image, { width, height, filter: "bilinear" });
}

interface BoxPlace {
  /** Pixels of the drawing for each of the picture. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  readonly colour: readonly [fill: string, ink: string];
}

/** A frame with a dark edge, to be seen on any picture, and its label within the drawing. */
function boxOf(
  { label, score, box }: DrawnObject,
  { scale, width, height, colour: [fill, ink] }: BoxPlace,
): { readonly frame: Html; readonly plate: Html } {
  const [left, top, w, h] = box.map((each) => each * scale);
  const [x, y] = [Math.max(left, 1), Math.max(top, 1)];
  const [right, bottom] = [Math.min(left + w, width - 1), Math.min(top + h, height - 1)];
  const place = html`x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${
    Math.max(0, right - x).toFixed(1)
  }" height="${Math.max(0, bottom - y).toFixed(1)}" fill="none"`;
  const frame = html`
    <rect ${place} stroke="#000" stroke-opacity=".55" stroke-width="4" />
    <rect ${place} stroke="${fill}" stroke-width="2" />
  `;
  const words = shortened(label, mostLetters) + (score === undefined ? "" : ` ${score.toFixed(2)}`);
  const wide = words.length * letter + 4;
  const px = Math.max(0, Math.min(x - 1, width - wide));
  const py = y >= line ? y - line : Math.min(y, height - line);
  const plate = html`
    <rect x="${px.toFixed(1)}" y="${py.toFixed(1)}" width="${wide.toFixed(
      1,
    )}" height="${line}" fill="${fill}" />
    <text x="${(px + 2).toFixed(1)}" y="${(py + 11.5).toFixed(
      1,
    )}" fill="${ink}" textLength="${(wide - 4).toFixed(1)}"
      lengthAdjust="spacingAndGlyphs">${words}</text>
  `;
  return { frame, plate };
}
