/**
 * How far two boxes cover each other.
 *
 * @module
 */
import type { BoxSides } from "../../nn/box_predictions.ts";

/**
 * The shared area divided by that of both together (intersection over union), from 0 to 1. Of a box in a
 * crowd it is divided by that of the found box alone: all of it may lie in the crowd.
 */
export function boxOverlap(found: BoxSides, truth: BoxSides, isCrowd = false): number {
  const width = Math.min(found[0] + found[2], truth[0] + truth[2]) - Math.max(found[0], truth[0]);
  if (width <= 0) return 0;
  const height = Math.min(found[1] + found[3], truth[1] + truth[3]) - Math.max(found[1], truth[1]);
  if (height <= 0) return 0;
  const shared = width * height;
  const own = found[2] * found[3];
  return shared / (isCrowd ? own : own + truth[2] * truth[3] - shared);
}
