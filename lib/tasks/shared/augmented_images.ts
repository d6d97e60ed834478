/**
 * Images of a training batch, changed by chance, and their targets.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { augmented, type ImageExample } from "../../image/augment/augmentation.ts";
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { ImageBatch } from "../../image/augment/image_batch.ts";
import type { Image } from "../../image/image.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { BatchDraw } from "../../nn/feeds.ts";
import { fixedSize, type ImageRows } from "./image_rows.ts";

/** Cutting needs the image as its file has it; all else is faster at the model's size. */
const cuts = "randomResizedCrop";

/** One image of a training, at the model's size; what is drawn depends on seed, epoch and row alone. */
export async function augmentedImage(
  images: ImageRows,
  row: number,
  augmentations: Augmentations,
  pixels: PixelProcessor,
  draw: Pick<BatchDraw, "seed" | "epoch">,
): Promise<Image> {
  if (augmentations.ofImages.length === 0) return await images.fitted(row);
  const { image } = await augmentedExample(images, row, augmentations, draw, () => ({}));
  return isFitted(image, pixels) ? image : pixels.fit(image);
}

/**
 * One image of a training with what moves along with it. Its size is the model's or another one: the caller
 * fits it, together with the rest.
 *
 * @param restOf what is known of the pixels of the image as its file has it, or of the one at the model's size
 */
export async function augmentedExample(
  images: ImageRows,
  row: number,
  { ofImages }: Augmentations,
  { seed, epoch }: Pick<BatchDraw, "seed" | "epoch">,
  restOf: (of: "original" | "fitted") => Omit<ImageExample, "image">,
): Promise<ImageExample> {
  const of = ofImages.some(({ name }) => name === cuts) ? "original" : "fitted";
  const example = { image: await images[of](row), ...restOf(of) };
  return augmented(example, ofImages, { seed, epoch, example: row });
}

/** Whether an image has the model's size. */
export function isFitted(image: PixelSize, pixels: PixelProcessor): boolean {
  const { width, height } = fixedSize(pixels);
  return image.width === width && image.height === height;
}

/** A batch after the augmentations of batches. */
export function mixedBatch(
  batch: ImageBatch,
  { ofBatches }: Augmentations,
  { seed, step, microBatch }: BatchDraw,
): ImageBatch {
  return ofBatches.reduce(
    (before, { name, apply }, at) =>
      apply(before, Random.fromSeed(seed, "augment batch", step, microBatch, at, name)),
    batch,
  );
}

/** The targets [batch, outputs] of a batch whose images `mixedBatch` mixes with the same draw. */
export function targetsOfMixed(
  targets: Float32Array,
  batch: number,
  augmentations: Augmentations,
  pixels: PixelProcessor,
  draw: BatchDraw,
): Float32Array {
  if (augmentations.ofBatches.length === 0) return targets;
  const { width, height } = fixedSize(pixels);
  const blank = new Float32Array(batch * width * height);
  return mixedBatch({ batch, width, height, pixels: blank, targets }, augmentations, draw).targets;
}
