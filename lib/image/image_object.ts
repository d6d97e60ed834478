/**
 * The objects in an image, in the one form that every reader gives.
 *
 * @module
 */
import type { RunMask } from "./masks/run_mask.ts";

/** Left, top, width and height in pixels; fractions are allowed. */
export type PixelBox = readonly [x: number, y: number, width: number, height: number];

/** An object in an image. */
export interface ImageObject {
  /** Where it is, in pixels of the upright image. */
  readonly box: PixelBox;
  /** What it is. */
  readonly label: string;
  /** Its pixels. */
  readonly mask?: RunMask;
  /** The box holds many objects that were not told apart; scores do not count it, as COCO's. */
  readonly isCrowd?: boolean;
  /** Pixels of the object, where the data set says so: COCO's scores go by it. */
  readonly area?: number;
}
