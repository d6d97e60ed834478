/**
 * Image segmentation as a trained model's files say it.
 *
 * @module
 */
import { imageSegmentation } from "../image_segmentation.ts";

/** The task; the labels are those of the model. */
export function openedImageSegmentation() {
  return imageSegmentation({ image: "image", mask: "mask" });
}
