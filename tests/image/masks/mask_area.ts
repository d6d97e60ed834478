import { maskPixels, type RunMask } from "../../../lib/image/masks/run_mask.ts";

/** Pixels inside a mask. */
export function maskArea(mask: RunMask): number {
  return maskPixels(mask).reduce((sum, each) => sum + each, 0);
}
