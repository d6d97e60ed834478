/**
 * What a model says about images, as a notebook and a terminal show it.
 *
 * @module
 */
import type { MimeBundle } from "../../core/display.ts";
import { htmlPicture } from "../../image/html_pictures.ts";
import { pictureOfAnswer } from "../shared/seen_images.ts";
import { labelDisplay } from "../shared/label_display.ts";
import { endOfName } from "../shared/image_input.ts";
import type { ImagePrediction } from "./prediction.ts";

/** A row for each image, with its picture where it is known. */
export function displayOfImages(predictions: readonly ImagePrediction[]): MimeBundle {
  const name = (at: number) => endOfName(predictions[at].image);
  return labelDisplay(predictions, {
    noun: "image",
    text: name,
    html(at) {
      const picture = pictureOfAnswer(predictions[at]);
      return picture ? htmlPicture(picture) : name(at);
    },
  });
}
