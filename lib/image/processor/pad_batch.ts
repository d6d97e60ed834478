/**
 * Images of different sizes in one batch.
 *
 * @module
 */
import type { PixelSize } from "../pixel_size.ts";

/** The pixels of one image. */
export interface ProcessedImage extends PixelSize {
  /** [3, height, width] */
  readonly pixels: Float32Array;
}

/** Images of one size. */
export interface PaddedBatch extends PixelSize {
  /** [batch, 3, height, width], 0 where no image is. */
  readonly pixels: Float32Array;
  /** [batch, height, width], 1 where the image is, else 0. */
  readonly mask: Uint8Array;
}

/**
 * Fills images up at their right and lower edges, as DETR's processors do.
 *
 * @param size at least that of every image; that of the largest unless given
 *
 * @example
 * ```ts
 * import { padBatch } from "./pad_batch.ts";
 * import assert from "node:assert/strict";
 *
 * const narrow = { width: 1, height: 2, pixels: new Float32Array(6).fill(5) };
 * const flat = { width: 2, height: 1, pixels: new Float32Array(6).fill(7) };
 * const { pixels, mask } = padBatch([narrow, flat]);
 * assert.deepEqual([...pixels.subarray(0, 4)], [5, 0, 5, 0]);
 * assert.deepEqual([...mask], [1, 0, 1, 0, 1, 1, 0, 0]);
 * ```
 */
export function padBatch(images: readonly ProcessedImage[], size?: PixelSize): PaddedBatch {
  const width = size?.width ?? Math.max(...images.map((image) => image.width));
  const height = size?.height ?? Math.max(...images.map((image) => image.height));
  const pixels = new Float32Array(images.length * 3 * height * width);
  const mask = new Uint8Array(images.length * height * width);
  images.forEach((image, at) => {
    for (let row = 0; row < image.height; row++) {
      const to = (at * height + row) * width;
      mask.fill(1, to, to + image.width);
      for (let channel = 0; channel < 3; channel++) {
        const from = (channel * image.height + row) * image.width;
        pixels.set(
          image.pixels.subarray(from, from + image.width),
          ((at * 3 + channel) * height + row) * width,
        );
      }
    }
  });
  return { width, height, pixels, mask };
}
