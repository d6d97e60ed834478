/**
 * What is wrong with the augmentations that a task was given.
 *
 * @module
 */
import { type Mistake, optionMistake, TunebookError } from "../../core/errors.ts";
import { augmentationsOf, type AugmentationSpec } from "../../image/augment/augmentations.ts";

/**
 * Names that are not known, options that make no sense, and for a task whose batches cannot be mixed
 * augmentations of batches.
 *
 * @param mixes why a batch cannot be mixed, in words that follow the augmentation's name; batches may be
 * mixed unless given
 */
export function augmentMistakes(augment: readonly AugmentationSpec[], mixes?: string): Mistake[] {
  try {
    const { ofBatches: [first] } = augmentationsOf(augment);
    return first && mixes !== undefined
      ? [optionMistake("augment", `has ${first.name}, ${mixes}`)]
      : [];
  } catch (error) {
    if (error instanceof TunebookError) return [optionMistake("augment", `: ${error.message}`)];
    throw error;
  }
}
