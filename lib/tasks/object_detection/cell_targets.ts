/**
 * What the cells of a dense detector learn: how near each lies to the centre of an object of each class,
 * and the box of the object whose centre it has (Zhou et al., "Objects as points", 2019, arXiv
 * 1904.07850).
 *
 * @module
 */
import { boxNumbers } from "./box_shares.ts";
import type { ImageObjects } from "./match_queries.ts";

/** The cells that a dense detector gives numbers of. */
export interface CellSizes {
  /** Cells below each other. */
  readonly height: number;
  /** Cells side by side. */
  readonly width: number;
  readonly classes: number;
}

/** The targets of one image, written into parts of a batch's. */
export interface CellTargets {
  /** From 1 at a centre down to 0, [classes · height · width]. */
  readonly nearness: Float32Array;
  /**
   * At each centre its place within the cell, across and down, then width and height in cells,
   * [4 · height · width].
   */
  readonly boxes: Float32Array;
  /** 1 at the centre of an object, else 0, [height · width]. */
  readonly centres: Float32Array;
}

/** A box whose corners are moved by the radius must cover the object at least so far. */
const leastOverlap = 0.7;

/** Beyond so many standard deviations on both sides a cell is not near. */
const deviations = 6;

/** Fills targets, all of which are 0 before. Where two objects have the same centre, the smaller one stays. */
export function fillCellTargets(
  { classes, boxes }: ImageObjects,
  { height, width }: CellSizes,
  targets: CellTargets,
): void {
  const cells = height * width;
  const area = (object: number) => boxes[object * boxNumbers + 2] * boxes[object * boxNumbers + 3];
  const order = Array.from(classes, (_, object) => object).sort((a, b) => area(b) - area(a));
  for (const object of order) {
    const [x, y, w, h] = [width, height, width, height]
      .map((side, at) => boxes[object * boxNumbers + at] * side);
    const column = Math.min(width - 1, Math.max(0, Math.floor(x)));
    const row = Math.min(height - 1, Math.max(0, Math.floor(y)));
    const cell = row * width + column;
    [x - column, y - row, w, h].forEach((value, at) => targets.boxes[at * cells + cell] = value);
    targets.centres[cell] = 1;
    const near = targets.nearness.subarray(classes[object] * cells, (classes[object] + 1) * cells);
    drawPeak(near, { row, column, height, width, radius: Math.floor(cornerRadius(w, h)) });
  }
}

/** A bell around a cell; where bells meet, the higher one stays. */
function drawPeak(
  near: Float32Array,
  { row, column, height, width, radius }: {
    readonly row: number;
    readonly column: number;
    readonly height: number;
    readonly width: number;
    readonly radius: number;
  },
): void {
  const deviation = (2 * radius + 1) / deviations;
  for (let y = Math.max(0, row - radius); y <= Math.min(height - 1, row + radius); y++) {
    for (let x = Math.max(0, column - radius); x <= Math.min(width - 1, column + radius); x++) {
      const distance = (x - column) ** 2 + (y - row) ** 2;
      const value = Math.exp(-distance / (2 * deviation ** 2));
      near[y * width + x] = Math.max(near[y * width + x], value);
    }
  }
}

/**
 * How far both corners of a box may be moved, along both axes, so that it still covers the old one by
 * `overlap`: shifted, shrunk or grown (Law and Deng, "CornerNet", 2018, arXiv 1808.01244).
 */
export function cornerRadius(
  width: number,
  height: number,
  overlap: number = leastOverlap,
): number {
  const [sum, area] = [width + height, width * height];
  const shifted = (sum - Math.sqrt(sum ** 2 - 4 * area * (1 - overlap) / (1 + overlap))) / 2;
  const shrunk = (sum - Math.sqrt(sum ** 2 - 4 * area * (1 - overlap))) / 4;
  const grown = (Math.sqrt(sum ** 2 + 4 * area * (1 - overlap) / overlap) - sum) / 4;
  return Math.min(shifted, shrunk, grown);
}
