/**
 * Too few pixels.
 *
 * @module
 */
import { type ImagePerturbation, ofSeverity, type SeverityOptions } from "./image_perturbation.ts";

/** Pixels on a side that stay, as shares. */
const shares = [0.6, 0.5, 0.4, 0.3, 0.25] as const;
const channels = 3;

/**
 * Makes an image small by the means of areas and large again by repeating pixels: ImageNet-C's `pixelate`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { pixelate, Random } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 16, height: 16, channels: 3, data: Uint8Array.from({ length: 768 }, (_, at) => at % 256) } as const;
 * const { data } = pixelate({ severity: 5 }).apply(image, Random.fromSeed(1));
 * assert.ok(data.length === 768 && data.some((value, at) => value !== image.data[at]));
 * ```
 */
export const pixelate: (options?: SeverityOptions) => ImagePerturbation = ofSeverity(
  "pixelate",
  "pixelate",
  shares,
  (values, share, { width, height }) => {
    const sides = [width, height].map((side) => Math.max(1, Math.floor(side * share)));
    const [columns, rows] = [coverings(width, sides[0]), coverings(height, sides[1])];
    const means = rows.map((down) => columns.map((across) => meanOf(values, width, down, across)));
    const whole = new Float64Array(values.length);
    for (let index = 0; index < whole.length; index++) {
      const pixel = Math.floor(index / channels);
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      const row = Math.floor((y + 0.5) * sides[1] / height);
      const column = Math.floor((x + 0.5) * sides[0] / width);
      whole[index] = means[row][column][index % channels];
    }
    return whole;
  },
);

/** The pixels of a side that a small pixel covers, each with the share of it that is covered. */
type Covering = readonly { readonly at: number; readonly weight: number }[];

/** Pixels whose middle is in the area count whole, others not at all, as in Pillow's box filter. */
function coverings(side: number, small: number): Covering[] {
  return Array.from({ length: small }, (_, index) => {
    const [from, to] = [index * side / small, (index + 1) * side / small];
    const inside = Array.from({ length: side }, (_, at) => at)
      .filter((at) => at + 0.5 > from && at + 0.5 <= to);
    return inside.map((at) => ({ at, weight: 1 / inside.length }));
  });
}

/** The mean colour of an area, [3]. */
function meanOf(values: Float64Array, width: number, down: Covering, across: Covering): number[] {
  return [0, 1, 2].map((channel) =>
    down.reduce((sum, row) =>
      across.reduce((partial, column) => {
        const value = values[(row.at * width + column.at) * channels + channel];
        return partial + row.weight * column.weight * value;
      }, sum), 0)
  );
}
