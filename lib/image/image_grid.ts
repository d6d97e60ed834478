/**
 * Many images as one.
 *
 * @module
 */
import type { Image } from "./image.ts";
import { rgbImage } from "./rgb_image.ts";

/** Pixels between two images, and the most images in a row. */
const gap = 4;
const mostColumns = 8;
/** Images below this are drawn larger, each pixel as a square. */
const leastPixels = 64;

/** Images of one size on white, row by row, at most eight in a row, small ones enlarged; at least one. */
export function imageGrid(images: readonly Image[]): Image {
  const [{ width, height }] = images;
  const scale = Math.max(1, Math.floor(leastPixels / Math.max(width, height)));
  const columns = Math.min(mostColumns, images.length);
  const rows = Math.ceil(images.length / columns);
  const across = (count: number, side: number) => count * (side * scale + gap) - gap;
  const [allWidth, allHeight] = [across(columns, width), across(rows, height)];
  const data = new Uint8Array(allWidth * allHeight * 3).fill(255);
  images.map(rgbImage).forEach((image, at) => {
    const left = (at % columns) * (width * scale + gap);
    const top = Math.floor(at / columns) * (height * scale + gap);
    for (let y = 0; y < height * scale; y++) {
      for (let x = 0; x < width * scale; x++) {
        const from = (Math.floor(y / scale) * width + Math.floor(x / scale)) * 3;
        const to = ((top + y) * allWidth + left + x) * 3;
        data.set(image.data.subarray(from, from + 3), to);
      }
    }
  });
  return { width: allWidth, height: allHeight, channels: 3, data };
}
