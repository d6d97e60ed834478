/**
 * Images with squares and the masks of these.
 *
 * @module
 */
import { columnValues, type Table, tableFromColumns } from "tunebook";
import { pngEncoder } from "../../../lib/image/encode_png.ts";
import type { ImageObject } from "../../../lib/image/image_object.ts";
import { squares } from "../../tasks/object_detection/squares.ts";

/** What the ids 0, 1 and 2 of masks are. */
export const maskLabels = ["ground", "blue", "red"];

/** Images with squares and the masks of these. */
export async function maskedSquares(count: number, side: number, seed: number): Promise<Table> {
  const table = await squares(count, { seed, side });
  const encodePng = await pngEncoder();
  const masks = columnValues(table, "objects").map((cell) => {
    const data = new Uint8Array(side * side);
    for (const { box: [x, y, width, height], label } of cell as ImageObject[]) {
      for (let row = y; row < y + height; row++) {
        data.fill(maskLabels.indexOf(label), row * side + x, row * side + x + width);
      }
    }
    return encodePng({ width: side, height: side, channels: 1, data });
  });
  return tableFromColumns({ image: columnValues(table, "image"), mask: masks });
}
