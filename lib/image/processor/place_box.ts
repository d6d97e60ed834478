/**
 * Boxes of an image in the pixels of what a processor makes of it, and back.
 *
 * @module
 */
import type { PixelBox } from "../image_object.ts";
import type { PixelSize } from "../pixel_size.ts";
import type { Placement } from "./placement.ts";

/**
 * The box in the processed image. It may lie beyond its edges, where the processor crops.
 *
 * @example
 * ```ts
 * import { imageProcessor } from "./image_processor.ts";
 * import { originalBox, placedBox } from "./place_box.ts";
 * import assert from "node:assert/strict";
 *
 * const processor = imageProcessor({
 *   image_processor_type: "CLIPImageProcessor",
 *   size: { shortest_edge: 50 },
 *   crop_size: { height: 50, width: 50 },
 * });
 * const image = { width: 200, height: 100 };
 * const placement = processor.placement(image);
 * const box = placedBox([60, 20, 40, 40], image, placement);
 * assert.deepEqual(box, [5, 10, 20, 20]);
 * assert.deepEqual(originalBox(box, image, placement), [60, 20, 40, 40]);
 * ```
 */
export function placedBox(box: PixelBox, image: PixelSize, placement: Placement): PixelBox {
  const [across, down] = scalesOf(image, placement);
  const { left, top } = placement.region;
  return [box[0] * across - left, box[1] * down - top, box[2] * across, box[3] * down];
}

/** The box in the original image, such as one that a model found in the processed one. */
export function originalBox(box: PixelBox, image: PixelSize, placement: Placement): PixelBox {
  const [across, down] = scalesOf(image, placement);
  const { left, top } = placement.region;
  return [(box[0] + left) / across, (box[1] + top) / down, box[2] / across, box[3] / down];
}

function scalesOf({ width, height }: PixelSize, { resized }: Placement): [number, number] {
  return [resized.width / width, resized.height / height];
}
