/**
 * Images with coloured squares, which tests teach a detector to find.
 */
import { join } from "node:path";
import { type Table, tableFromColumns } from "tunebook";
import { Random } from "../../../lib/core/random.ts";
import { pngEncoder } from "../../../lib/image/encode_png.ts";

/** Red, green and blue of the squares by class. */
const colours = { blue: [40, 40, 230], red: [230, 40, 40] } as const;

/** How the images are made. */
export interface SquaresOptions {
  readonly seed?: number;
  /** Pixels on each side. */
  readonly side?: number;
  /** Files are written there; bytes are in the table unless given. */
  readonly folder?: string;
}

/** Grey images with one or two squares. */
export async function squares(
  count: number,
  { seed = 1, side = 32, folder }: SquaresOptions = {},
): Promise<Table> {
  const encodePng = await pngEncoder();
  const random = Random.fromSeed(seed, "squares");
  const images: (Uint8Array | string)[] = [];
  const objects: object[][] = [];
  for (let at = 0; at < count; at++) {
    const data = Uint8Array.from({ length: side * side * 3 }, () => 100 + random.integer(40));
    const names = Object.keys(colours) as (keyof typeof colours)[];
    const chosen = random.uniform() < 0.5 ? names : [names[random.integer(2)]];
    // Each in its own half, so that none is covered.
    const own = chosen.map((label, half) => {
      const size = side / 4 + random.integer(side / 8);
      const x = random.integer(side / 2 - size) + half * side / 2;
      const y = random.integer(side - size);
      for (let row = y; row < y + size; row++) {
        for (let column = x; column < x + size; column++) {
          data.set(colours[label], (row * side + column) * 3);
        }
      }
      return { box: [x, y, size, size], label };
    });
    objects.push(own);
    const png = encodePng({ width: side, height: side, channels: 3, data });
    if (folder === undefined) images.push(png);
    else {
      const file = join(folder, `${seed}-${at}.png`);
      await Deno.writeFile(file, png);
      images.push(file);
    }
  }
  return tableFromColumns({ image: images, objects });
}
