/**
 * How well the boundaries of a class in two masks of an image lie on each other.
 *
 * @module
 */
import type { LabelMask } from "../../nn/mask_predictions.ts";

/** Whether each pixel lies on a boundary of its class, row after row. */
export function boundariesOf(
  { width, height, data }: LabelMask,
  isIgnored: (at: number) => boolean,
): Uint8Array {
  const found = new Uint8Array(data.length);
  const differs = (at: number, other: number) => data[at] !== data[other] && !isIgnored(other);
  for (let at = 0; at < data.length; at++) {
    if (isIgnored(at)) continue;
    const [x, y] = [at % width, Math.floor(at / width)];
    const isBoundary = (x > 0 && differs(at, at - 1)) || (x + 1 < width && differs(at, at + 1)) ||
      (y > 0 && differs(at, at - width)) || (y + 1 < height && differs(at, at + width));
    if (isBoundary) found[at] = 1;
  }
  return found;
}

/** All steps [columns, rows] that are at most so long, the shortest first. */
export function stepsWithin(distance: number): [number, number][] {
  const most = Math.floor(distance);
  const length = ([x, y]: [number, number]) => x * x + y * y;
  const steps: [number, number][] = [];
  for (let y = -most; y <= most; y++) {
    for (let x = -most; x <= most; x++) {
      if (length([x, y]) <= distance * distance) steps.push([x, y]);
    }
  }
  return steps.sort((a, b) => length(a) - length(b));
}

/** Boundary pixels of each class, and how many of them are near a boundary pixel of the other mask. */
export interface BoundaryCounts {
  readonly pixels: Float64Array;
  readonly near: Float64Array;
}

/** A mask with its boundaries. */
export interface BoundedMask {
  readonly mask: LabelMask;
  readonly boundaries: Uint8Array;
}

/** Counts the boundary pixels of one mask that have one of the same class within `steps` in the other. */
export function nearBoundaries(
  { mask: { width, height, data }, boundaries }: BoundedMask,
  other: BoundedMask,
  { classes, steps }: {
    readonly classes: number;
    readonly steps: readonly (readonly [number, number])[];
  },
): BoundaryCounts {
  const counts = { pixels: new Float64Array(classes), near: new Float64Array(classes) };
  for (let at = 0; at < data.length; at++) {
    if (boundaries[at] === 0) continue;
    const [x, y, label] = [at % width, Math.floor(at / width), data[at]];
    counts.pixels[label]++;
    const isNear = steps.some(([right, down]) => {
      const [column, row] = [x + right, y + down];
      if (column < 0 || column >= width || row < 0 || row >= height) return false;
      const there = row * width + column;
      return other.boundaries[there] === 1 && other.mask.data[there] === label;
    });
    if (isNear) counts.near[label]++;
  }
  return counts;
}
