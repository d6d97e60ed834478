/**
 * Where on an image something is: one number for each cell of a grid over it.
 *
 * @module
 */

/** A grid of numbers over an image. */
export interface HeatMap {
  /** Columns of the grid. */
  readonly width: number;
  /** Rows of the grid. */
  readonly height: number;
  /** [height × width], row by row from the top. */
  readonly data: Float32Array;
}

/**
 * The map with as many columns and rows as are asked for, its numbers from 0, the smallest, to 1, the
 * largest, between cells linear. A map of one number alone becomes zeros.
 *
 * @example
 * ```ts
 * import { scaledHeatMap } from "./heat_map.ts";
 * import assert from "node:assert/strict";
 *
 * const { data } = scaledHeatMap({ width: 2, height: 1, data: Float32Array.of(1, 5) }, 4, 1);
 * assert.deepEqual([...data], [0, 0.25, 0.75, 1]);
 * ```
 */
export function scaledHeatMap(map: HeatMap, width: number, height: number): HeatMap {
  const least = map.data.reduce((a, b) => Math.min(a, b), Infinity);
  const most = map.data.reduce((a, b) => Math.max(a, b), -Infinity);
  const data = new Float32Array(width * height);
  if (most === least) return { width, height, data };
  const columns = between(map.width, width);
  const rows = between(map.height, height);
  for (let y = 0, at = 0; y < height; y++) {
    const [top, bottom, down] = rows[y];
    for (let x = 0; x < width; x++, at++) {
      const [left, right, across] = columns[x];
      const inRow = (row: number) => {
        const start = row * map.width;
        return map.data[start + left] * (1 - across) + map.data[start + right] * across;
      };
      const value = inRow(top) * (1 - down) + inRow(bottom) * down;
      data[at] = (value - least) / (most - least);
    }
  }
  return { width, height, data };
}

/** For the middle of each new cell the two old ones around it, and how far it is on the way between them. */
function between(from: number, to: number): [before: number, after: number, way: number][] {
  return Array.from({ length: to }, (_, at) => {
    const place = Math.min(Math.max((at + 0.5) * from / to - 0.5, 0), from - 1);
    const before = Math.floor(place);
    return [before, Math.min(before + 1, from - 1), place - before];
  });
}
