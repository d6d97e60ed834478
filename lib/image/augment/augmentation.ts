/**
 * What an augmentation is: an image with its boxes and masks, changed by chance.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { Image } from "../image.ts";
import type { ImageObject } from "../image_object.ts";
import type { PixelMask } from "../masks/read_mask.ts";

/** An image with what is known of its pixels, all of one size. */
export interface ImageExample {
  readonly image: Image;
  /** Boxes in pixels of the image. */
  readonly objects?: readonly ImageObject[];
  /** A class for each pixel. */
  readonly mask?: PixelMask;
}

/** A change by chance; made by `horizontalFlip()` and its kin. */
export interface Augmentation {
  /** The function that makes it. */
  readonly name: string;
  /** Its options with all defaults, as a plan keeps them. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The changed example; nothing that is given is changed in place. */
  apply(example: ImageExample, random: Random): ImageExample;
}

/** Which example is augmented when: what the noise depends on, and nothing else. */
export interface AugmentNoise {
  /** The seed of the run. */
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** The row of the example, from 0. */
  readonly example: number;
}

/**
 * Applies augmentations one after the other. The noise of each depends on the seed, the epoch, the example
 * and its place in the list alone, so that a run that goes on, or reads its rows in another order, sees the
 * same bits.
 *
 * @example
 * ```ts
 * import { augmented, horizontalFlip } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 2, height: 1, channels: 1, data: Uint8Array.of(3, 9) } as const;
 * const noise = { seed: 1, epoch: 0, example: 0 };
 * const [first, again] = [0, 1].map(() => augmented({ image }, [horizontalFlip()], noise));
 * assert.deepEqual(first, again);
 * ```
 */
export function augmented(
  example: ImageExample,
  augmentations: readonly Augmentation[],
  noise: AugmentNoise,
): ImageExample {
  const { seed, epoch, example: row } = noise;
  return augmentations.reduce(
    (before, { name, apply }, at) =>
      apply(before, Random.fromSeed(seed, "augment", epoch, row, at, name)),
    example,
  );
}
