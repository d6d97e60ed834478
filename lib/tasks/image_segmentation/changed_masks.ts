/**
 * Training batches whose masks are changed by chance together with their images.
 *
 * @module
 */
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { Image } from "../../image/image.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { PixelMask } from "../../image/masks/read_mask.ts";
import type { BatchDraw, Feeds } from "../../nn/feeds.ts";
import type { LabelMask } from "../../nn/mask_predictions.ts";
import type { Objective } from "../../nn/objective.ts";
import { augmentedExample, isFitted } from "../shared/augmented_images.ts";
import { imageBatch, pixelFeeds } from "../shared/image_examples.ts";
import type { ImageRows } from "../shared/image_rows.ts";
import { maskFeeds } from "./mask_objective.ts";
import { ignoredClass } from "./mask_classes.ts";
import type { MaskRows } from "./mask_rows.ts";

/** What is changed and how. */
export interface ChangedMasksOptions {
  readonly images: ImageRows;
  readonly masks: MaskRows;
  readonly pixels: PixelProcessor;
  readonly augmentations: Augmentations;
}

/** An image of a training and its mask, at the model's size. */
export async function changedExample(
  row: number,
  draw: Pick<BatchDraw, "seed" | "epoch">,
  { images, masks, pixels, augmentations }: ChangedMasksOptions,
): Promise<{ readonly image: Image; readonly mask: LabelMask }> {
  const given = (of: "original" | "fitted") => ({ mask: pixelMask(masks[of][row]) });
  const { image, mask } = await augmentedExample(images, row, augmentations, draw, given);
  const changed = labelMask(mask!);
  return isFitted(image, pixels)
    ? { image, mask: changed }
    : { image: pixels.fit(image), mask: masks.fit(changed) };
}

/** The feeds of a training batch: its images, and as `pixel_classes` their masks. */
export async function changedFeeds(
  rows: ArrayLike<number>,
  draw: BatchDraw,
  options: ChangedMasksOptions,
): Promise<Feeds> {
  const { pixels } = options;
  const examples = await Promise.all(
    Array.from(rows, (row) => changedExample(row, draw, options)),
  );
  const { pixel_classes } = maskFeeds(
    examples.map(({ mask }) => mask),
    { ignoredIndex: ignoredClass },
  );
  return { ...pixelFeeds(imageBatch(examples.map(({ image }) => image), pixels)), pixel_classes };
}

/**
 * The same objective for batches that `changedFeeds` makes. Pixels count as those of the masks in the files, so
 * that the weights of a step are known before it is drawn.
 */
export function withChangedMasks(objective: Objective): Objective {
  return {
    ...objective,
    targetsOf(rows, normaliser, about) {
      const { pixel_classes, ...others } = objective.targetsOf(rows, normaliser, about);
      return about?.draw ? others : { pixel_classes, ...others };
    },
  };
}

function pixelMask({ width, height, data }: LabelMask): PixelMask {
  return { width, height, ids: data instanceof Uint8Array ? data : Uint8Array.from(data) };
}

function labelMask({ width, height, ids }: PixelMask): LabelMask {
  return { width, height, data: ids };
}
