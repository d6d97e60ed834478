/**
 * Boxes between an image as its file has it and what a model is shown of it.
 *
 * @module
 */
import { movedObjects } from "../../image/augment/move_objects.ts";
import type { ImageObject } from "../../image/image_object.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import { placedBox } from "../../image/processor/place_box.ts";
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
  const placement = pixels.placement(image);
  const { resized, region } = placement;
  const scale = resized.width * resized.height / (image.width * image.height);
  return movedObjects(
    objects,
    region,
    noPixels,
    scale,
    (box) => placedBox(box, image, placement),
  );
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
