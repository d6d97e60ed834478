/**
 * What a model says about the objects of an image, for people.
 *
 * @module
 */
import type { Image } from "../../image/image.ts";
import type { PixelBox } from "../../image/image_object.ts";

/** Objects that a model is less sure of are no answers, unless asked for. */
export const usualThreshold = 0.5;

/** An object that a model found. */
export interface DetectedObject {
  readonly label: string;
  /** How sure the model is, from 0 to 1. */
  readonly score: number;
  /** In pixels of the image as its file has it; a part may lie outside. */
  readonly box: PixelBox;
}

/** One image with what was found in it. */
export interface DetectionPrediction {
  /** The path or the address, or how many bytes were given. */
  readonly image: string;
  /** The surest first. */
  readonly objects: readonly DetectedObject[];
}

/** The images of answers, for displays alone: they are no part of an answer. */
const originals = new WeakMap<DetectionPrediction, () => Promise<Image>>();

/** The answer, which knows where its image is. */
export function withOriginal(
  answer: DetectionPrediction,
  original: () => Promise<Image>,
): DetectionPrediction {
  originals.set(answer, original);
  return answer;
}

/** The image of an answer as its file has it; undefined for a copy of an answer. */
export async function originalOf(answer: DetectionPrediction): Promise<Image | undefined> {
  return await originals.get(answer)?.();
}
