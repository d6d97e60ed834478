/**
 * Reads the pixels of an image file: JPEG, PNG, WebP, GIF, TIFF and AVIF, by sharp (libvips), or JPEG and
 * PNG without native code where sharp does not load.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { required, text, whole } from "../core/option_rules.ts";
import type { Image } from "./image.ts";
import { knownImage } from "./known_image.ts";
import { decodePlain } from "./plain_decoder.ts";
import { loadSharp } from "./load_sharp.ts";
import { decodeBySharp } from "./sharp_decoder.ts";

/** How to decode an image. */
export interface DecodeImageOptions {
  /** What the image is called in errors: `photos/3.jpg`, `row 7`. */
  where: string;
  /**
   * The most pixels that an image may have; 89,478,485 by default. A small file can claim billions, and
   * decoding it would take all memory.
   */
  maxPixels?: number;
}

/** A quarter of a gibibyte at three bytes a pixel: the limit at which Pillow warns of a bomb. */
export const mostPixels = 89_478_485;

/**
 * Decodes an image: 8 bits a channel, turned upright as its EXIF orientation says, the first frame of an
 * animation. The format is told from the bytes, never from a name. Colours are those of the file: an
 * embedded profile of RGB or grey is ignored, as Pillow does it; CMYK becomes RGB. Of 16 bits the upper 8
 * remain. Several calls run at the same time, one thread each.
 *
 * Throws a `TunebookError` of kind "data" that begins with `where`: for an empty or truncated file, what
 * is no image or of another format, and one of more pixels than `maxPixels`, before it is decoded.
 *
 * @example
 * ```ts
 * import { decodeImage } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const png = Uint8Array.fromBase64(
 *   "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC",
 * );
 * const image = await decodeImage(png, { where: "red.png" });
 * assert.deepEqual([image.width, image.height, image.channels], [1, 1, 3]);
 * assert.deepEqual([...image.data], [255, 0, 0]);
 * ```
 */
export async function decodeImage(bytes: Uint8Array, options: DecodeImageOptions): Promise<Image> {
  checkOptions("decodeImage", options, { where: required(text), maxPixels: whole });
  const { where, maxPixels = mostPixels } = options;
  return await knownImage(bytes, where, async (format) => {
    const { sharp, reason } = await loadSharp();
    return sharp
      ? await decodeBySharp(sharp, bytes, { where, maxPixels })
      : await decodePlain(bytes, format, { where, maxPixels, reason });
  });
}
