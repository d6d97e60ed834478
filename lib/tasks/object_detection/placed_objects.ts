/**
 * Boxes between an image as its file has it and what a model is shown of it.
 *
 * @module
 */
import { movedObjects } from "../../image/augment/move_objects.ts";
import type { ImageObject, PixelBox } from "../../image/image_object.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { ImageObjects } from "./match_queries.ts";
import type { LearntObject } from "./object_rows.ts";

/** What says where an image comes to lie. */
type Placing = Pick<PixelProcessor, "placement">;

/** Objects need no pixels to be moved: they have no masks. */
const noPixels = new Int32Array();

/**
 * Objects in pixels of an image → the same in pixels of the fitted one. What is cut off by a crop is cut off
 * the boxes, and objects of which little is left are left out.
 */
export function fittedObjects(
  objects: readonly LearntObject[],
  image: PixelSize,
  pixels: Placing,
): ImageObject[] {
  const { resized, region } = pixels.placement(image);
  const [x, y] = [resized.width / image.width, resized.height / image.height];
  return movedObjects(objects, region, noPixels, x * y, ([left, top, width, height]) => [
    left * x - region.left,
    top * y - region.top,
    width * x,
    height * y,
  ]);
}

/** Objects in pixels of a fitted image as a detector learns them. Crowds are left out. */
export function learntObjects(
  objects: readonly LearntObject[],
  { width, height }: PixelSize,
  ids: ReadonlyMap<string, number>,
): ImageObjects {
  const learnt = objects.filter(({ isCrowd }) => !isCrowd);
  return {
    classes: learnt.map(({ label }) => ids.get(label)!),
    boxes: learnt.flatMap(({ box: [left, top, w, h] }) => [
      (left + w / 2) / width,
      (top + h / 2) / height,
      w / width,
      h / height,
    ]),
  };
}

/** A box in pixels of the fitted image → in pixels of the image as its file has it. */
export function originalBox(
  [left, top, width, height]: PixelBox,
  image: PixelSize,
  pixels: Placing,
): PixelBox {
  const { resized, region } = pixels.placement(image);
  const [x, y] = [image.width / resized.width, image.height / resized.height];
  return [(left + region.left) * x, (top + region.top) * y, width * x, height * y];
}
