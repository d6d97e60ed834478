/**
 * A heat map in colours over its image.
 *
 * @module
 */
import { type HeatMap, scaledHeatMap } from "./heat_map.ts";
import type { Image } from "./image.ts";
import { rgbImage } from "./rgb_image.ts";

/** Five colours of matplotlib's `inferno`, from the smallest number to the largest. */
const colours = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]] as const;
/** How much of a colour is seen over the image. */
const tint = 0.5;

/**
 * The image with the map over it: dark where its numbers are small, bright where they are large.
 *
 * @example
 * ```ts
 * import { heatOverlay } from "./heat_overlay.ts";
 * import assert from "node:assert/strict";
 *
 * const image = { width: 2, height: 1, channels: 1, data: Uint8Array.of(100, 100) } as const;
 * const heatMap = { width: 2, height: 1, data: Float32Array.of(0, 1) };
 * const { data } = heatOverlay(image, heatMap);
 * assert.ok(data[0] < 100 && data[3] > 100);
 * ```
 */
export function heatOverlay(image: Image, heatMap: HeatMap): Image {
  const { width, height, data: below } = rgbImage(image);
  const { data: heat } = scaledHeatMap(heatMap, width, height);
  const data = new Uint8Array(below.length);
  heat.forEach((value, at) => {
    const place = value * (colours.length - 1);
    const before = Math.min(Math.floor(place), colours.length - 2);
    for (let c = 0; c < 3; c++) {
      const [from, to] = [colours[before][c], colours[before + 1][c]];
      const over = from + (to - from) * (place - before);
      data[3 * at + c] = Math.round(tint * over + (1 - tint) * below[3 * at + c]);
    }
  });
  return { width, height, channels: 3, data };
}
