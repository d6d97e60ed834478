/**
 * Images of a training batch, changed by chance, and their targets.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { augmented } from "../../image/augment/augmentation.ts";
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { ImageBatch } from "../../image/augment/image_batch.ts";
import type { Image } from "../../image/image.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { BatchDraw } from "../../nn/feeds.ts";
import { fixedSize, type ImageRows } from "./image_rows.ts";

/** Cutting needs the image as its file has it; all else is faster at the model's size. */
const cuts = "randomResizedCrop";

/** One image of a training, at the model's size; what is drawn depends on seed, epoch and row alone. */
export async function augmentedImage(
  images: ImageRows,
  row: number,
  { ofImages }: Augmentations,
  pixels: PixelProcessor,
  { seed, epoch }: Pick<BatchDraw, "seed" | "epoch">,
): Promise<Image> {
  if (ofImages.length === 0) return await images.fitted(row);
  const cut = ofImages.some(({ name }) => name === cuts);
  const given = cut ? await images.original(row) : await images.fitted(row);
  const { image } = augmented({ image: given }, ofImages, { seed, epoch, example: row });
  const { width, height } = fixedSize(pixels);
  return image.width === width && image.height === height ? image : pixels.fit(image);
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
