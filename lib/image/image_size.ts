/**
 * The size of an image file, without its pixels.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { required, text } from "../core/option_rules.ts";
import type { PixelSize } from "./pixel_size.ts";
import { knownImage } from "./known_image.ts";
import { loadSharp } from "./load_sharp.ts";
import { plainSize } from "./plain_decoder.ts";
import { sizeBySharp } from "./sharp_decoder.ts";

/** Which image it is. */
export interface ImageSizeOptions {
  /** What the image is called in errors: `photos/3.jpg`, `row 7`. */
  where: string;
}

/**
 * Width and height of the upright image in pixels, from its header alone.
 *
 * Throws a `TunebookError` of kind "data" that begins with `where` for what is no image.
 *
 * @example
 * ```ts
 * import { imageSize } from "./image_size.ts";
 * import assert from "node:assert/strict";
 *
 * const gif = Uint8Array.fromBase64("R0lGODdhAgADAIAAAAAAAP///ywAAAAAAgADAAACAoRRADs=");
 * assert.deepEqual(await imageSize(gif, { where: "dot.gif" }), { width: 2, height: 3 });
 * ```
 */
export async function imageSize(
  bytes: Uint8Array,
  options: ImageSizeOptions,
): Promise<PixelSize> {
  checkOptions("imageSize", options, { where: required(text) });
  const { where } = options;
  return await knownImage(bytes, where, async (format) => {
    const { sharp, reason } = await loadSharp();
    return sharp ? await sizeBySharp(sharp, bytes) : plainSize(bytes, format, { where, reason });
  });
}
