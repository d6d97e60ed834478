/**
 * What a model says about the pixels of an image, for people.
 *
 * @module
 */
import type { LabelMask } from "../../nn/mask_predictions.ts";
import { ignoredClass } from "./mask_classes.ts";

/** How much of an image a class covers. */
export interface SegmentedLabel {
  readonly label: string;
  /** Its number in the mask. */
  readonly id: number;
  /** How many pixels have it. */
  readonly area: number;
  /** The share of the image, from 0 to 1. */
  readonly share: number;
}

/** One image with the class of each pixel. */
export interface SegmentedImage {
  /** The path or the address, or how many bytes were given. */
  readonly image: string;
  /** The classes that some pixel has, the largest first. */
  readonly labels: readonly SegmentedLabel[];
  /** The class of each pixel by its number in the model's labels, at the size of the image. */
  readonly mask: LabelMask;
}

/** Makes an answer. */
export function segmentedImage(
  image: string,
  mask: LabelMask,
  labels: readonly string[],
): SegmentedImage {
  return { image, labels: labelShares(mask, labels), mask };
}

/** The classes that some pixel has, the largest first; pixels that do not count are `ignored`. */
export function labelShares(mask: LabelMask, labels: readonly string[]): SegmentedLabel[] {
  const areas = new Map<number, number>();
  for (const id of mask.data) areas.set(id, (areas.get(id) ?? 0) + 1);
  const pixels = mask.width * mask.height;
  return [...areas].sort(([one, a], [other, b]) => b - a || one - other)
    .map(([id, area]) => ({
      label: id === ignoredClass ? "ignored" : labels[id],
      id,
      area,
      share: area / pixels,
    }));
}
