/**
 * Outlines → masks, to the same pixels as COCO's own tools (pycocotools): the outline is drawn at five
 * times the size, and a column's crossings become runs.
 *
 * @module
 */
import type { RunMask } from "./run_mask.ts";

/** The outline is drawn so many times larger. */
const scale = 5;

/**
 * The pixels within an outline.
 *
 * @param outline x and y of its corners in turn, in pixels
 *
 * @example
 * ```ts
 * import { polygonMask } from "./polygon_mask.ts";
 * import { maskBox } from "./run_mask.ts";
 * import assert from "node:assert/strict";
 *
 * const mask = polygonMask([1, 1, 4, 1, 4, 3, 1, 3], 6, 5);
 * assert.deepEqual(maskBox(mask), [1, 1, 3, 2]);
 * ```
 */
export function polygonMask(outline: ArrayLike<number>, width: number, height: number): RunMask {
  const crossings: number[] = [];
  let before: Point | undefined;
  for (const point of outlinePoints(outline)) {
    const crossing = before && crossingOf(before, point, width, height);
    if (crossing !== undefined) crossings.push(crossing);
    before = point;
  }
  crossings.push(width * height);
  return { width, height, counts: runsBetween(crossings.sort((a, b) => a - b)) };
}

type Point = readonly [x: number, y: number];

/** Every point of the enlarged outline, in the order in which it is walked. */
function* outlinePoints(outline: ArrayLike<number>): Iterable<Point> {
  const corners = Math.floor(outline.length / 2);
  const enlarged = (at: number) => Math.trunc(scale * outline[at] + 0.5);
  for (let corner = 0; corner < corners; corner++) {
    const next = (corner + 1) % corners;
    yield* linePoints(
      [enlarged(2 * corner), enlarged(2 * corner + 1)],
      [enlarged(2 * next), enlarged(2 * next + 1)],
    );
  }
}

/** A line, both ends included, computed from its lower end of the longer axis as COCO does. */
function* linePoints(from: Point, to: Point): Iterable<Point> {
  const steps = [Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
  const axis = steps[0] >= steps[1] ? 0 : 1;
  const isTurned = from[axis] > to[axis];
  const [start, end] = isTurned ? [to, from] : [from, to];
  const length = steps[axis];
  const other = 1 - axis;
  // 0 / 0 where both ends are one point; it has no slope to follow.
  const slope = length === 0 ? 0 : (end[other] - start[other]) / length;
  for (let step = 0; step <= length; step++) {
    const along = isTurned ? length - step : step;
    const across = Math.trunc(start[other] + slope * along + 0.5);
    yield axis === 0 ? [start[0] + along, across] : [across, start[1] + along];
  }
}

/** Where the outline passes the middle of a column, as the index of the pixel below; else nothing. */
function crossingOf(from: Point, to: Point, width: number, height: number): number | undefined {
  if (from[0] === to[0]) return undefined;
  const x = ((to[0] < from[0] ? to[0] : to[0] - 1) + 0.5) / scale - 0.5;
  if (!Number.isInteger(x) || x < 0 || x > width - 1) return undefined;
  const y = ((to[1] < from[1] ? to[1] : from[1]) + 0.5) / scale - 0.5;
  return x * height + Math.ceil(Math.min(Math.max(y, 0), height));
}

/** The lengths between crossings in order; two at the same pixel cancel each other. */
function runsBetween(crossings: readonly number[]): number[] {
  const lengths = crossings.map((crossing, at) => crossing - (at === 0 ? 0 : crossings[at - 1]));
  const runs = [lengths[0]];
  for (let at = 1; at < lengths.length;) {
    if (lengths[at] > 0) {
      runs.push(lengths[at++]);
      continue;
    }
    at++;
    if (at < lengths.length) runs[runs.length - 1] += lengths[at++];
  }
  return runs;
}
