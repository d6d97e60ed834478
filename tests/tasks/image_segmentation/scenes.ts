/** Small images of coloured shapes with their masks. */
import { join } from "node:path";
import { encode } from "fast-png";
import { maskFolder, type Table } from "tunebook";
import { Random } from "../../../lib/core/random.ts";
import { pngEncoder } from "../../../lib/image/encode_png.ts";

/** What the ids 0, 1 and 2 are. */
export const sceneLabels = ["ground", "disc", "square"];
const colours = [[90, 90, 90], [200, 60, 50], [50, 80, 210]];

/** Writes scenes of unlike sizes and gives their table. */
export async function scenes(
  folder: string,
  count = 24,
  idOf: (label: number) => number = (label) => label,
): Promise<Table> {
  for (const name of ["images", "masks"]) {
    await Deno.mkdir(join(folder, name), { recursive: true });
  }
  const encodePng = await pngEncoder();
  const random = Random.fromSeed(1, "scenes");
  for (let at = 0; at < count; at++) {
    const [width, height] = [40 + random.integer(24), 40 + random.integer(24)];
    const { image, mask } = scene(width, height, random);
    const name = `${at}.png`;
    await Deno.writeFile(
      join(folder, "images", name),
      encodePng({ width, height, channels: 3, data: image }),
    );
    await Deno.writeFile(join(folder, "masks", name), maskPng(width, height, mask.map(idOf)));
  }
  return await maskFolder(folder);
}

/** A grey PNG whose values are ids. */
export function maskPng(width: number, height: number, data: Uint8Array): Uint8Array {
  return encode({ width, height, channels: 1, depth: 8, data });
}

function scene(width: number, height: number, random: Random) {
  const radius = 7 + random.integer(5);
  const place = (label: number) => ({
    label,
    x: radius + random.integer(width - 2 * radius),
    y: radius + random.integer(height - 2 * radius),
  });
  const shapes = [place(1), place(2)];
  const mask = new Uint8Array(width * height);
  const image = new Uint8Array(width * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      for (const { label, x: left, y: top } of shapes) {
        const [dx, dy] = [Math.abs(x - left), Math.abs(y - top)];
        const isInside = label === 1 ? Math.hypot(dx, dy) <= radius : Math.max(dx, dy) <= radius;
        if (isInside) mask[at] = label;
      }
      for (let c = 0; c < 3; c++) {
        image[at * 3 + c] = colours[mask[at]][c] + random.integer(40);
      }
    }
  }
  return { image, mask };
}
