/**
 * What a dense detector found in an image, from what it gives of each cell.
 *
 * @module
 */
import type { ScoredBox } from "../../nn/box_predictions.ts";
import { boxNumbers } from "./box_shares.ts";
import type { ImageSides } from "./boxes_of_queries.ts";
import type { CellSizes } from "./cell_targets.ts";

/** So many of the surest peaks are answers, as in the paper. */
export const mostPeaks = 100;

/**
 * The boxes in pixels, the surest first: of each class the cells whose logit none of their eight
 * neighbours passes, 100 of all classes at most (Zhou et al., "Objects as points", 2019). Boxes of a
 * negative width or height are left out.
 *
 * @param outputs what the model gives for the image, [(classes + 4) · height · width]
 *
 * @example
 * ```ts
 * import { boxesOfCells } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // One class and a map of 1 × 2 cells: the logits, then the numbers of the boxes.
 * const sizes = { height: 1, width: 2, classes: 1 };
 * const outputs = Float32Array.of(3, -3, 0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1);
 * const [surest] = boxesOfCells(outputs, sizes, { width: 20, height: 10 });
 * assert.equal(surest.label, 0);
 * assert.ok(surest.score > 0.9);
 * ```
 */
export function boxesOfCells(
  outputs: Float32Array,
  { height, width, classes }: CellSizes,
  image: ImageSides,
): ScoredBox[] {
  const cells = height * width;
  const peaks: { readonly label: number; readonly cell: number; readonly logit: number }[] = [];
  for (let label = 0; label < classes; label++) {
    const logits = outputs.subarray(label * cells, (label + 1) * cells);
    for (let cell = 0; cell < cells; cell++) {
      if (isPeak(logits, cell, { height, width })) peaks.push({ label, cell, logit: logits[cell] });
    }
  }
  const numbers = outputs.subarray(classes * cells);
  return peaks.sort((a, b) => b.logit - a.logit).slice(0, mostPeaks).flatMap(
    ({ label, cell, logit }) => {
      const [across, down, w, h] = Array.from(
        { length: boxNumbers },
        (_, at) => numbers[at * cells + cell],
      );
      if (!(w >= 0 && h >= 0)) return [];
      const [x, y] = [cell % width + across, Math.floor(cell / width) + down];
      const [column, row] = [image.width / width, image.height / height]; // pixels of a cell
      const box = [(x - w / 2) * column, (y - h / 2) * row, w * column, h * row] as const;
      return [{ box, label, score: 1 / (1 + Math.exp(-logit)) }];
    },
  );
}

function isPeak(
  logits: Float32Array,
  cell: number,
  { height, width }: Pick<CellSizes, "height" | "width">,
): boolean {
  const [x, y] = [cell % width, Math.floor(cell / width)];
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      if (logits[row * width + column] > logits[cell]) return false;
    }
  }
  return true;
}
