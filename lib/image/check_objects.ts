/**
 * Boxes that no detector should learn: empty ones, ones outside their image, and the same one twice.
 *
 * @module
 */
import { quoted } from "../core/quoted.ts";
import type { ImageObject, PixelBox } from "./image_object.ts";
import type { PixelSize } from "./pixel_size.ts";

/** Pixels that a box may lie outside: annotation tools round. */
const edgeTolerance = 1;

/**
 * What is wrong with the objects of an image, one line each; nothing where all can be learnt.
 *
 * @example
 * ```ts
 * import { objectMistakes } from "./check_objects.ts";
 * import assert from "node:assert/strict";
 *
 * const objects = [{ box: [90, 0, 20, 10], label: "cat" }] as const;
 * assert.deepEqual(objectMistakes(objects, { width: 100, height: 50 }), [
 *   'object 1 ("cat") has the box [90, 0, 20, 10], which lies outside the image of 100 × 50 pixels',
 * ]);
 * ```
 */
export function objectMistakes(objects: readonly ImageObject[], size: PixelSize): string[] {
  const first = new Map<string, number>();
  return objects.flatMap(({ box, label, isCrowd = false }, index) => {
    const name = `object ${index + 1} (${quoted(label)}) has the box [${box.join(", ")}], which`;
    if (box.length !== 4 || !box.every(Number.isFinite)) return [`${name} is not four numbers`];
    if (box[2] <= 0 || box[3] <= 0) return [`${name} is empty`];
    if (isOutside(box, size)) {
      return [`${name} lies outside the image of ${size.width} × ${size.height} pixels`];
    }
    const key = JSON.stringify([label, isCrowd, ...box]);
    const before = first.get(key);
    if (before !== undefined) return [`${name} is that of object ${before + 1} again`];
    first.set(key, index);
    return [];
  });
}

function isOutside([x, y, width, height]: PixelBox, size: PixelSize): boolean {
  return x < -edgeTolerance || y < -edgeTolerance || x + width > size.width + edgeTolerance ||
    y + height > size.height + edgeTolerance;
}

/**
 * What is wrong with boxes of which all lie in the first pixel of their images: they are parts of the images'
 * sides. Undefined where some do not, or where there are none.
 */
export function partsMistake(images: readonly (readonly ImageObject[])[]): string | undefined {
  const boxes = images.flatMap((objects) => objects.map(({ box }) => box));
  // Parts of the sides may be rounded to a little more than 1.
  const most = 1.001;
  const isPart = ([x, y, width, height]: PixelBox) => x + width <= most && y + height <= most;
  if (boxes.length === 0 || !boxes.every(isPart)) return undefined;
  return "all boxes lie in the first pixel of their images, as parts of the sides would; a box is " +
    "[x, y, width, height] in pixels: multiply with the width and the height of each image";
}

/**
 * The objects with their boxes cut at the edges of the image; what is empty then, has no numbers, or stands
 * there twice is left out.
 *
 * @example
 * ```ts
 * import { repairedObjects } from "./check_objects.ts";
 * import assert from "node:assert/strict";
 *
 * const [cat, ...others] = repairedObjects([
 *   { box: [90, 0, 20, 10], label: "cat" },
 *   { box: [5, 5, 0, 10], label: "cat" },
 * ], { width: 100, height: 50 });
 * assert.deepEqual(cat.box, [90, 0, 10, 10]);
 * assert.equal(others.length, 0);
 * ```
 */
export function repairedObjects(objects: readonly ImageObject[], size: PixelSize): ImageObject[] {
  const cut = objects.map((object) => ({ ...object, box: cutBox(object.box, size) }));
  const seen = new Set<string>();
  return cut.filter(({ box, label, isCrowd = false }) => {
    const key = JSON.stringify([label, isCrowd, ...box]);
    const isGood = box.length === 4 && box[2] > 0 && box[3] > 0 && !seen.has(key);
    seen.add(key);
    return isGood;
  });
}

/** The part of a box that is within an image; its sides are 0 or less where there is none. */
export function cutBox([x, y, width, height]: PixelBox, size: PixelSize): PixelBox {
  const [left, top] = [Math.max(x, 0), Math.max(y, 0)];
  // A box that fits keeps its exact sides.
  const right = x + width > size.width ? size.width : undefined;
  const bottom = y + height > size.height ? size.height : undefined;
  return [
    left,
    top,
    right === undefined && left === x ? width : (right ?? x + width) - left,
    bottom === undefined && top === y ? height : (bottom ?? y + height) - top,
  ];
}
