/**
 * Boxes and masks that move along with their image.
 *
 * @module
 */
import { cutBox } from "../check_objects.ts";
import type { ImageObject, PixelBox } from "../image_object.ts";
import type { PixelMask } from "../masks/read_mask.ts";
import { maskPixels, runMaskOf } from "../masks/run_mask.ts";
import type { PixelSize } from "../pixel_size.ts";
import { nearestOf, type Region } from "../resample/resample.ts";

/** An object is kept while at least so much of its box is still in the image. */
const leastVisible = 0.25;

/** The pixel of the original that a pixel of the result shows, as an index, or −1 for none. */
export type PixelMap = Int32Array;

/** The ids at other pixels; where there is none, `fill`. */
export function movedMask(
  mask: PixelMask,
  size: PixelSize,
  map: PixelMap,
  fill: number,
): PixelMask {
  const ids = mask.ids instanceof Uint16Array
    ? new Uint16Array(map.length)
    : new Uint8Array(map.length);
  for (let at = 0; at < map.length; at++) ids[at] = map[at] < 0 ? fill : mask.ids[map[at]];
  return { width: size.width, height: size.height, ids };
}

/**
 * Objects whose boxes are moved, cut at the edges of the result and left out where less than
 * `leastVisible` of them is there. Masks are taken pixel by pixel.
 *
 * @param scale pixels of the result for each pixel of the original, by area
 */
export function movedObjects(
  objects: readonly ImageObject[],
  size: PixelSize,
  map: PixelMap,
  scale: number,
  moveBox: (box: PixelBox) => PixelBox,
): ImageObject[] {
  return objects.flatMap((object) => {
    const moved = moveBox(object.box);
    const box = cutBox(moved, size);
    const visible = Math.max(box[2], 0) * Math.max(box[3], 0) / (moved[2] * moved[3]);
    if (!(box[2] > 0 && box[3] > 0 && visible >= leastVisible)) return [];
    const { mask, area, ...rest } = object;
    const pixels = mask && maskPixels(mask);
    return [{
      ...rest,
      box,
      ...(pixels
        ? {
          mask: runMaskOf(
            Uint8Array.from(map, (from) => from < 0 ? 0 : pixels[from]),
            size.width,
            size.height,
          ),
        }
        : {}),
      ...(area === undefined ? {} : { area: area * visible * scale }),
    }];
  });
}

/** Where the pixels of a part of an image come from when that part is resized. */
export function cropMap(image: PixelSize, region: Region, size: PixelSize): PixelMap {
  const columns = nearestOf(region.width, size.width);
  const rows = nearestOf(region.height, size.height);
  const map = new Int32Array(size.width * size.height);
  let to = 0;
  for (const row of rows) {
    const start = (region.top + row) * image.width + region.left;
    for (const column of columns) map[to++] = start + column;
  }
  return map;
}
