/**
 * The mask of an object in run lengths, as COCO keeps it: small, and quick to measure.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/** Which pixels of an image belong to an object. */
export interface RunMask {
  /** Pixels from left to right. */
  readonly width: number;
  /** Pixels from top to bottom. */
  readonly height: number;
  /**
   * Lengths of runs, in turn outside (the first, which may be 0) and inside, column by column from the
   * upper left corner. Their sum is width × height.
   */
  readonly counts: readonly number[];
}

/** Throws a `TunebookError` of kind "data" that begins with `where` for runs that are no mask. */
export function checkRunMask({ width, height, counts }: RunMask, where: string): void {
  if (!counts.every((count) => Number.isSafeInteger(count) && count >= 0)) {
    throw new TunebookError("data", `${where} has a mask whose runs are not whole numbers from 0`);
  }
  const sum = counts.reduce((before, count) => before + count, 0);
  if (width > 0 && height > 0 && sum === width * height) return;
  throw new TunebookError(
    "data",
    `${where} has a mask whose runs have ${sum} pixels instead of ${width} × ${height}`,
  );
}

/**
 * The pixels of a mask, 1 inside and 0 outside.
 *
 * @returns [height, width], rows from the top
 *
 * @example
 * ```ts
 * import { maskPixels } from "./run_mask.ts";
 * import assert from "node:assert/strict";
 *
 * const pixels = maskPixels({ width: 3, height: 2, counts: [1, 3, 2] });
 * assert.deepEqual([...pixels], [0, 1, 0, 1, 1, 0]);
 * ```
 */
export function maskPixels({ width, height, counts }: RunMask): Uint8Array {
  const pixels = new Uint8Array(width * height);
  let at = 0;
  counts.forEach((count, run) => {
    if (run % 2 === 1) {
      const end = at + count;
      for (; at < end; at++) {
        pixels[at % height * width + Math.floor(at / height)] = 1;
      }
    } else at += count;
  });
  return pixels;
}

/**
 * The runs of a mask.
 *
 * @param pixels [height, width]; all that is not 0 is inside
 *
 * @example
 * ```ts
 * import { runMaskOf } from "./run_mask.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(runMaskOf([0, 1, 0, 1, 1, 0], 3, 2).counts, [1, 3, 2]);
 * ```
 */
export function runMaskOf(pixels: ArrayLike<number>, width: number, height: number): RunMask {
  const counts: number[] = [];
  let isInside = false;
  let run = 0;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      const inside = pixels[y * width + x] !== 0;
      if (inside !== isInside) {
        counts.push(run);
        run = 0;
        isInside = inside;
      }
      run++;
    }
  }
  counts.push(run);
  return { width, height, counts };
}

/** The smallest box around a mask, [x, y, width, height] in pixels; all 0 for an empty one. */
export function maskBox({ height, counts }: RunMask): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  let at = 0;
  counts.forEach((count, run) => {
    if (run % 2 === 1 && count > 0) {
      const end = at + count - 1;
      const [firstX, lastX] = [Math.floor(at / height), Math.floor(end / height)];
      left = Math.min(left, firstX);
      right = Math.max(right, lastX);
      // A run that goes on in the next column touches the lower and the upper edge.
      top = Math.min(top, firstX === lastX ? at % height : 0);
      bottom = Math.max(bottom, firstX === lastX ? end % height : height - 1);
    }
    at += count;
  });
  return right < 0 ? [0, 0, 0, 0] : [left, top, right - left + 1, bottom - top + 1];
}
