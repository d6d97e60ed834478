/**
 * The augmentations by name, as plan files have them. A new one is one file and one line here.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { isRecord } from "../../core/objects.ts";
import { quoted } from "../../core/quoted.ts";
import type { Augmentation } from "./augmentation.ts";
import { colorJitter } from "./color_jitter.ts";
import { cutmix } from "./cutmix.ts";
import { horizontalFlip } from "./horizontal_flip.ts";
import { type BatchAugmentation, mixup } from "./mixup.ts";
import { randAugment } from "./rand_augment.ts";
import { randomErasing } from "./random_erasing.ts";
import { randomResizedCrop } from "./random_resized_crop.ts";

/** An augmentation as plain JSON: its name and its options. What `horizontalFlip()` and its kin give is one, too. */
export interface AugmentationSpec {
  readonly name: string;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Augmentations of single images and of batches, in the order in which they are applied. */
export interface Augmentations {
  readonly ofImages: readonly Augmentation[];
  /** Applied to batches of what the others gave. */
  readonly ofBatches: readonly BatchAugmentation[];
}

const imageMakers: Readonly<Record<string, (settings: never) => Augmentation>> = {
  colorJitter,
  horizontalFlip,
  randAugment,
  randomErasing,
  randomResizedCrop,
};
const batchMakers: Readonly<Record<string, (settings: never) => BatchAugmentation>> = {
  cutmix,
  mixup,
};

/**
 * Makes augmentations of what a person or a plan file names. One that a person has made, with an `apply` of its
 * own, is taken as it is, for single images.
 *
 * Throws a `TunebookError` of kind "input" for a name that is not known and for options that make no sense.
 *
 * @example
 * ```ts
 * import { augmentationsOf } from "./augmentations.ts";
 * import { mixup } from "./mixup.ts";
 * import assert from "node:assert/strict";
 *
 * const { ofImages, ofBatches } = augmentationsOf([{ name: "horizontalFlip" }, mixup()]);
 * assert.deepEqual([ofImages.length, ofBatches.length], [1, 1]);
 * ```
 */
export function augmentationsOf(specs: readonly AugmentationSpec[]): Augmentations {
  const ofImages: Augmentation[] = [];
  const ofBatches: BatchAugmentation[] = [];
  for (const spec of specs) {
    const { name, settings = {} } = checked(spec);
    if (Object.hasOwn(batchMakers, name)) ofBatches.push(batchMakers[name](settings as never));
    else if (Object.hasOwn(imageMakers, name)) ofImages.push(imageMakers[name](settings as never));
    else if ("apply" in spec && typeof spec.apply === "function") {
      ofImages.push(spec as Augmentation);
    } else throw unknown(name);
  }
  return { ofImages, ofBatches };
}

/** The option `augment` of a task as plain JSON, without functions; nothing where it has none. */
export function augmentSettings(
  augment: readonly AugmentationSpec[],
): { readonly augment?: readonly AugmentationSpec[] } {
  if (augment.length === 0) return {};
  return {
    augment: augment.map(({ name, settings }) => ({ name, ...(settings ? { settings } : {}) })),
  };
}

function checked(spec: unknown): AugmentationSpec {
  const { name, settings = {} } = isRecord(spec) ? spec : {};
  if (typeof name === "string" && isRecord(settings)) return { name, settings };
  throw new TunebookError(
    "input",
    "each augmentation is one such as horizontalFlip(), or { name, settings }",
  );
}

function unknown(name: string): TunebookError {
  const known = [...Object.keys(imageMakers), ...Object.keys(batchMakers)];
  return new TunebookError(
    "input",
    `there is no augmentation ${quoted(name)}${didYouMean(name, known)}. Augmentations: ${
      known.join(", ")
    }`,
  );
}
