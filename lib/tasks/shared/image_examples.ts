/**
 * Images as a model is fed with them: what a task on images need not say itself.
 *
 * @module
 */
import type { Image } from "../../image/image.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { ImageProcessor } from "../../nn/processor.ts";
import type { Examples } from "../../nn/task.ts";
import type { ImageRows } from "./image_rows.ts";

/** The part of `Examples` that is the same for all tasks on images. */
export type ImageExamples = Pick<
  Examples,
  "rows" | "lengths" | "truncated" | "inputKeys" | "feedsOf"
>;

/** The feeds of images: `pixel_values` [batch, channels, height, width]. */
export function imageExamples(images: ImageRows, processor: ImageProcessor): ImageExamples {
  return {
    rows: images.rows,
    lengths: new Int32Array(images.rows).fill(processor.tokens),
    truncated: 0,
    inputKeys: () => [...images.keys],
    feedsOf: async (rows) =>
      pixelFeeds(await Promise.all(Array.from(rows, images.fitted)), processor),
  };
}

/** Fitted images as one batch. */
function pixelFeeds(images: readonly Image[], { normalise, size }: ImageProcessor): Feeds {
  const each = images.map(normalise);
  const numbers = each[0]?.length ?? 0;
  const data = new Float32Array(images.length * numbers);
  each.forEach((pixels, at) => data.set(pixels, at * numbers));
  const channels = numbers / (size.width * size.height);
  return {
    pixel_values: { shape: [images.length, channels, size.height, size.width], data },
  };
}

/** All that a loss over images depends on, as bytes: the `fingerprint` of a task's examples. */
export function imageFingerprint(
  { keys }: Pick<ImageRows, "keys">,
  { config }: Pick<ImageProcessor, "config">,
  targets: Float32Array,
): Uint8Array {
  const told = new TextEncoder().encode(JSON.stringify([keys, config]));
  const numbers = new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength);
  const all = new Uint8Array(told.length + numbers.length);
  all.set(told);
  all.set(numbers, told.length);
  return all;
}
