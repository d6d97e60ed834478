/**
 * Images of three channels.
 *
 * @module
 */
import type { Image } from "./image.ts";

/** The image as red, green and blue: grey three times, alpha left out, as Pillow converts. */
export function rgbImage(image: Image): Image {
  const { width, height, channels, data } = image;
  if (channels === 3) return image;
  const pixels = width * height;
  const rgb = new Uint8Array(pixels * 3);
  const [green, blue] = channels === 4 ? [1, 2] : [0, 0];
  for (let at = 0, from = 0, to = 0; at < pixels; at++, from += channels, to += 3) {
    rgb[to] = data[from];
    rgb[to + 1] = data[from + green];
    rgb[to + 2] = data[from + blue];
  }
  return { width, height, channels: 3, data: rgb };
}

/**
 * The image over a colour: where alpha lets it through, the colour shows. Without alpha it stays as it is.
 *
 * @param background red, green and blue, 0 to 255
 *
 * @example
 * ```ts
 * import { overBackground } from "./rgb_image.ts";
 * import assert from "node:assert/strict";
 *
 * const clear = { width: 1, height: 1, channels: 4, data: Uint8Array.of(0, 0, 0, 51) } as const;
 * assert.deepEqual([...overBackground(clear, [255, 255, 255]).data], [204, 204, 204]);
 * ```
 */
export function overBackground(image: Image, background: readonly [number, number, number]): Image {
  const { width, height, channels, data } = image;
  if (channels === 1 || channels === 3) return rgbImage(image);
  const rgb = new Uint8Array(rgbImage(image).data);
  for (let at = 0; at < width * height; at++) {
    const alpha = data[at * channels + channels - 1] / 255;
    for (let c = 0; c < 3; c++) {
      rgb[at * 3 + c] = Math.round(rgb[at * 3 + c] * alpha + background[c] * (1 - alpha));
    }
  }
  return { width, height, channels: 3, data: rgb };
}
