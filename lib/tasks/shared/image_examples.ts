/**
 * Images as a model is fed with them: what a task on images need not say itself.
 *
 * @module
 */
import type { Image } from "../../image/image.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { Examples } from "../../nn/task.ts";
import { colours, fixedSize, type ImageRows } from "./image_rows.ts";

/** The part of `Examples` that is the same for all tasks on images. */
export type ImageExamples = Pick<
  Examples,
  "rows" | "lengths" | "truncated" | "inputKeys" | "feedsOf"
>;

/** The feeds of images: `pixel_values` [batch, channels, height, width]. */
export function imageExamples(
  images: ImageRows,
  { tokens, pixels }: { readonly tokens: number; readonly pixels: PixelProcessor },
): ImageExamples {
  return {
    rows: images.rows,
    lengths: new Int32Array(images.rows).fill(tokens),
    truncated: 0,
    inputKeys: () => [...images.keys],
    feedsOf: async (rows) => pixelFeeds(await Promise.all(Array.from(rows, images.fitted)), pixels),
  };
}

/** Fitted images as one batch. */
function pixelFeeds(images: readonly Image[], pixels: PixelProcessor): Feeds {
  const { width, height } = fixedSize(pixels);
  const numbers = colours * width * height;
  const data = new Float32Array(images.length * numbers);
  images.forEach((image, at) => data.set(pixels.normalize(image), at * numbers));
  return { pixel_values: { shape: [images.length, colours, height, width], data } };
}

/** All that a loss over images depends on, as bytes: the `fingerprint` of a task's examples. */
export function imageFingerprint(
  { keys }: Pick<ImageRows, "keys">,
  { config }: Pick<PixelProcessor, "config">,
  targets: Float32Array,
): Uint8Array {
  const told = new TextEncoder().encode(JSON.stringify([keys, config]));
  const numbers = new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength);
  const all = new Uint8Array(told.length + numbers.length);
  all.set(told);
  all.set(numbers, told.length);
  return all;
}
