/**
 * Images as a model is fed with them: what a task on images need not say itself.
 *
 * @module
 */
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { ImageBatch } from "../../image/augment/image_batch.ts";
import type { Image } from "../../image/image.ts";
import type { BatchDraw, Feeds } from "../../nn/feeds.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { Examples } from "../../nn/task.ts";
import { augmentedImage, mixedBatch } from "./augmented_images.ts";
import { colours, fixedSize, type ImageRows } from "./image_rows.ts";

/** The part of `Examples` that is the same for all tasks on images. */
export type ImageExamples = Pick<
  Examples,
  "rows" | "lengths" | "truncated" | "inputKeys" | "feedsOf" | "pictures" | "images" | "changes"
>;

/** Epochs whose changes a preview shows. */
export const shownDraws = [0, 1, 2];

/** How images become pixels, and how they are changed in training. */
export interface ImageExamplesOptions {
  /** Tokens that the model makes of an image. */
  readonly tokens: number;
  readonly pixels: PixelProcessor;
  readonly augmentations: Augmentations;
}

/**
 * The feeds of images: `pixel_values` [batch, channels, height, width]; in training of images that are changed by
 * chance.
 */
export function imageExamples(
  images: ImageRows,
  { tokens, pixels, augmentations }: ImageExamplesOptions,
): ImageExamples {
  const changed = (row: number, draw: Pick<BatchDraw, "seed" | "epoch">) =>
    augmentedImage(images, row, augmentations, pixels, draw);
  return {
    rows: images.rows,
    lengths: new Int32Array(images.rows).fill(tokens),
    truncated: 0,
    ...changesBy(augmentations),
    inputKeys: () => [...images.keys],
    images: { fitted: images.fitted, original: images.original },
    async pictures(row) {
      const draws = augmentations.ofImages.length > 0 ? shownDraws : [];
      const augmented = draws.map(async (epoch) =>
        images.picture(await changed(row, { seed: 1, epoch }), `in epoch ${epoch + 1}`)
      );
      return [
        images.picture(await images.fitted(row), "as the model sees it"),
        ...await Promise.all(augmented),
      ];
    },
    async feedsOf(rows, draw) {
      const each = await Promise.all(
        Array.from(rows, (row) => draw ? changed(row, draw) : images.fitted(row)),
      );
      const batch = imageBatch(each, pixels);
      return pixelFeeds(draw ? mixedBatch(batch, augmentations, draw) : batch);
    },
  };
}

function changesBy({ ofImages, ofBatches }: Augmentations): Pick<ImageExamples, "changes"> {
  if (ofBatches.length > 0) return { changes: "batches" };
  return ofImages.length > 0 ? { changes: "rows" } : {};
}

/** Fitted images as one batch, without targets. */
export function imageBatch(images: readonly Image[], pixels: PixelProcessor): ImageBatch {
  const { width, height } = fixedSize(pixels);
  const numbers = colours * width * height;
  const data = new Float32Array(images.length * numbers);
  images.forEach((image, at) => data.set(pixels.normalize(image), at * numbers));
  return { batch: images.length, width, height, pixels: data, targets: new Float32Array() };
}

/** What a model of images is fed with. */
export function pixelFeeds({ batch, width, height, pixels }: ImageBatch): Feeds {
  return { pixel_values: { shape: [batch, colours, height, width], data: pixels } };
}

/** All that a loss over images depends on, as bytes: the `fingerprint` of a task's examples. */
export function imageFingerprint(
  { keys }: Pick<ImageRows, "keys">,
  { config }: Pick<PixelProcessor, "config">,
  { ofImages, ofBatches }: Augmentations,
  targets: Float32Array,
): Uint8Array {
  const told = new TextEncoder().encode(JSON.stringify([keys, config, ofImages, ofBatches]));
  const numbers = new Uint8Array(targets.buffer, targets.byteOffset, targets.byteLength);
  const all = new Uint8Array(told.length + numbers.length);
  all.set(told);
  all.set(numbers, told.length);
  return all;
}
