/**
 * Masks in colours over their images.
 *
 * @module
 */
import { palette } from "../../chart/palette.ts";
import type { Image } from "../../image/image.ts";
import { resample } from "../../image/resample/resample.ts";
import { rgbImage } from "../../image/rgb_image.ts";
import type { LabelMask } from "../../nn/mask_predictions.ts";
import { ignoredClass } from "./mask_classes.ts";

/** So many images are shown; the others are counted. */
export const mostShown = 12;

/** The most pixels of a shown image on a side. */
export const longest = 256;
/** Smaller images are enlarged, so that lines are thin. */
const shortest = 192;
/** How much of a colour is seen over the image. */
const tint = 0.5;
/** The line between classes, which is seen on every colour. */
const line = [255, 255, 255];
const lineShare = 0.8;

/** The image as it is shown. */
export function thumbnail(image: Image): Image {
  const side = Math.max(image.width, image.height);
  const scale = Math.min(Math.max(side, shortest), longest) / side;
  const size = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  return resample(rgbImage(image), { ...size, filter: "bilinear" });
}

const rgb = palette.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));

/** The colour of a class; the first one is often the background, and all have one. */
export function colourOf(id: number): string {
  return palette[id % palette.length];
}

/** The image with each class as a tint and a line where classes meet; pixels that do not count have no tint. */
export function overlaid(image: Image, mask: LabelMask): Image {
  const { width, height } = image;
  const columns = nearest(mask.width, width);
  const rows = nearest(mask.height, height);
  const { data: ids } = mask;
  const idAt = (x: number, y: number) => ids[rows[y] * mask.width + columns[x]];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) {
      const id = idAt(x, y);
      const isBorder = (x + 1 < width && idAt(x + 1, y) !== id) ||
        (y + 1 < height && idAt(x, y + 1) !== id);
      const [over, share] = isBorder
        ? [line, lineShare]
        : [rgb[id % rgb.length], id === ignoredClass ? 0 : tint];
      for (let c = 0; c < 3; c++) {
        data[at + c] = Math.round(share * over[c] + (1 - share) * image.data[at + c]);
      }
    }
  }
  return { width, height, channels: 3, data };
}

/** For the middle of each shown pixel the one that it lies in. */
function nearest(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, at) => Math.floor((at + 0.5) * from / to));
}
