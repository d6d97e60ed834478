/**
 * Images that are sheared, moved and turned, with their boxes and masks.
 *
 * @module
 */
import type { PixelBox } from "../image_object.ts";
import { ignoredId } from "../masks/read_mask.ts";
import type { PixelSize } from "../pixel_size.ts";
import type { ImageExample } from "./augmentation.ts";
import { movedMask, movedObjects, type PixelMap } from "./move_objects.ts";

/** x' = a·x + b·y + c, y' = d·x + e·y + f: from the original to the result, in pixels. */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Moves to the right by `amount` of a pixel for each pixel downwards. */
export const shearX = (amount: number): Affine => [1, amount, 0, 0, 1, 0];
/** Moves downwards by `amount` of a pixel for each pixel to the right. */
export const shearY = (amount: number): Affine => [1, 0, 0, amount, 1, 0];
/** Moves by pixels. */
export const shift = (x: number, y: number): Affine => [1, 0, x, 0, 1, y];

/** Turns around the middle, anticlockwise. */
export function rotation(degrees: number, { width, height }: PixelSize): Affine {
  const angle = degrees * Math.PI / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const [x, y] = [width / 2, height / 2];
  return [cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y];
}

/**
 * Applies a map; every pixel of the result is the one that is nearest to where it comes from, black where
 * there is none, and there its class is `ignoredId`. A box becomes the smallest upright one around its corners.
 */
export function transformed(example: ImageExample, affine: Affine): ImageExample {
  const { image, objects, mask } = example;
  const { width, height, channels, data } = image;
  const map = affineMap(image, affine);
  const pixels = new Uint8Array(data.length);
  for (let at = 0; at < map.length; at++) {
    if (map[at] < 0) continue;
    for (let c = 0; c < channels; c++) pixels[at * channels + c] = data[map[at] * channels + c];
  }
  const size = { width, height };
  return {
    image: { ...image, data: pixels },
    ...(objects
      ? { objects: movedObjects(objects, size, map, 1, (box) => boxAround(box, affine)) }
      : {}),
    ...(mask ? { mask: movedMask(mask, size, map, ignoredId) } : {}),
  };
}

/** For the middle of each pixel of the result the pixel of the original that it lies in. */
function affineMap({ width, height }: PixelSize, [a, b, c, d, e, f]: Affine): PixelMap {
  const determinant = a * e - b * d;
  const map = new Int32Array(width * height).fill(-1);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      const [dx, dy] = [x + 0.5 - c, y + 0.5 - f];
      const fromX = Math.floor((e * dx - b * dy) / determinant);
      const fromY = Math.floor((a * dy - d * dx) / determinant);
      if (fromX < 0 || fromY < 0 || fromX >= width || fromY >= height) continue;
      map[at] = fromY * width + fromX;
    }
  }
  return map;
}

function boxAround([x, y, width, height]: PixelBox, [a, b, c, d, e, f]: Affine): PixelBox {
  const corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]];
  const xs = corners.map(([cx, cy]) => a * cx + b * cy + c);
  const ys = corners.map(([cx, cy]) => d * cx + e * cy + f);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}
