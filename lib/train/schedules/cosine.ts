/**
 * A learning rate that falls along half a cosine, transformers' `cosine` (Loshchilov and Hutter,
 * arXiv 1608.03983, without restarts).
 *
 * @module
 */
import type { Schedule } from "./schedule.ts";

/** Slow at first, fast in the middle, slow at the end. */
export const cosine: Schedule = {
  options: ["finalScale"],
  scaleAt: ({ done, steps }) => halfCosine(Math.min(1, done / steps)),
};

/** From 1 at a share of 0 to 0 at a share of 1. */
export function halfCosine(share: number): number {
  return (1 + Math.cos(Math.PI * share)) / 2;
}
