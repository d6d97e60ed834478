/**
 * How much fresh noise a step from one training step to a less noisy one may add.
 *
 * @module
 */
import type { ImageScales } from "./clean_image.ts";

/**
 * The standard deviation of the noise between two steps given the clean image: formula 7 of Ho et al.
 * (arXiv 2006.11239), formula 16 of Song et al. (arXiv 2010.02502) with η = 1.
 */
export function addedNoise(now: ImageScales, next: ImageScales): number {
  return next.noise / now.noise * noiseBetween(now, next);
}

/** The standard deviation of the noise that leads from the less noisy step to the noisier one. */
export function noiseBetween(now: ImageScales, next: ImageScales): number {
  return Math.sqrt(Math.max(0, 1 - (now.signal / next.signal) ** 2));
}
