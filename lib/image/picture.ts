/**
 * Images as displays show them.
 *
 * @module
 */
import type { EncodePng } from "./encode_png.ts";
import type { Image } from "./image.ts";
import { resample } from "./resample/resample.ts";

/** An image as a page shows it. */
export interface Picture {
  /** What it shows, in words. */
  readonly title: string;
  /** Pixels of the image itself. */
  readonly width: number;
  readonly height: number;
  /** The address of a PNG, `data:…`. */
  readonly url: string;
}

/** The most pixels of a thumbnail on a side, unless told otherwise. */
const usualPixels = 128;

/** A picture of an image, a PNG of at most 128 pixels on a side unless `mostPixels` is given. */
export function pictureOf(
  image: Image,
  title: string,
  encode: EncodePng,
  mostPixels: number = usualPixels,
): Picture {
  const scale = mostPixels / Math.max(image.width, image.height);
  const shown = scale >= 1 ? image : resample(image, {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
    filter: "bilinear",
  });
  const { width, height } = image;
  return { title, width, height, url: `data:image/png;base64,${encode(shown).toBase64()}` };
}
