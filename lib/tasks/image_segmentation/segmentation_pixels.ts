/**
 * What segmentation needs to know of a model.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import { showsWhole } from "../../image/processor/placement.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { Processor } from "../../nn/processor.ts";
import { pixelsFor, type PixelsOfModel } from "../shared/image_rows.ts";

/** The head that gives masks. */
export const segmentationHead = "masks";

/** How images become pixels, and the size of the map that comes back. */
export interface SegmentationPixels extends PixelsOfModel {
  readonly mapSize: readonly [height: number, width: number];
}

/** Throws an error of kind "unsupported" for a model whose family gives no masks. */
export function segmentationPixels(task: string, processor: Processor): SegmentationPixels {
  const own = pixelsFor(task, processor);
  const { [segmentationHead]: mapSize } = own.mapSizes;
  if (mapSize) return { ...own, mapSize };
  throw new TunebookError("unsupported", `${task} needs a model whose family gives masks`);
}

/**
 * Makes sure that the model sees the whole image: what it gives is enlarged to the image, as transformers does.
 * Throws an error of kind "unsupported" where the processor cuts something off.
 */
export function checkWholeImage({ placement }: PixelProcessor, image: PixelSize): void {
  if (showsWhole(placement(image))) return;
  throw new TunebookError(
    "unsupported",
    "the model's preprocessor_config.json crops or pads images, so that masks of whole images cannot be " +
      "made; let do_center_crop be false, and size the height and width of the images that the model takes",
  );
}
