/**
 * Several masks as one.
 *
 * @module
 */
import { maskPixels, type RunMask, runMaskOf } from "./run_mask.ts";

/** The pixels that are in any of the masks, which have one size; an object may have several outlines. */
export function joinMasks(masks: readonly [RunMask, ...RunMask[]]): RunMask {
  if (masks.length === 1) return masks[0];
  const [{ width, height }] = masks;
  const pixels = new Uint8Array(width * height);
  for (const mask of masks) {
    maskPixels(mask).forEach((value, at) => pixels[at] |= value);
  }
  return runMaskOf(pixels, width, height);
}
