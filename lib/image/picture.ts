/**
 * Images as displays show them.
 *
 * @module
 */
import { encodePng } from "./encode_png.ts";
import type { Image } from "./image.ts";
import { resample } from "./resample/resample.ts";

/** An image with a title. */
export interface Picture {
  readonly title: string;
  readonly image: Image;
}

/** The most pixels of a thumbnail on a side. */
const mostPixels = 128;

/** An image as the address of a PNG of at most 128 pixels on a side, for `<img>`. */
export function thumbnail(image: Image): string {
  const scale = mostPixels / Math.max(image.width, image.height);
  const shown = scale >= 1 ? image : resample(image, {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
    filter: "bilinear",
  });
  return `data:image/png;base64,${encodePng(shown).toBase64()}`;
}
