/**
 * Rows with their masks over them, for the preview of the data.
 *
 * @module
 */
import type { Picture } from "../../image/picture.ts";
import { shownDraws } from "../shared/image_examples.ts";
import { changedExample, type ChangedMasksOptions } from "./changed_masks.ts";
import { longest, overlaid, thumbnail } from "./overlay.ts";
import { labelShares } from "./prediction.ts";
import { toldShares } from "./show_segmented.ts";

/** What is shown and what the ids of masks are called. */
export interface MaskedPicturesOptions extends ChangedMasksOptions {
  readonly labels: readonly string[];
}

/** An image and its mask as the model gets them, and as they are in the first epochs where chance changes them. */
export async function maskedPictures(
  row: number,
  options: MaskedPicturesOptions,
): Promise<Picture[]> {
  const { images, masks, augmentations, labels } = options;
  const epochs = augmentations.ofImages.length > 0 ? shownDraws : [];
  const shown = [
    { image: await images.fitted(row), mask: masks.fitted[row], title: "as the model sees it" },
    ...await Promise.all(epochs.map(async (epoch) => ({
      ...await changedExample(row, { seed: 1, epoch }, options),
      title: `in epoch ${epoch + 1}`,
    }))),
  ];
  return shown.map(({ image, mask, title }) =>
    images.picture(
      overlaid(thumbnail(image), mask),
      `${title}: ${toldShares(labelShares(mask, labels))}`,
      longest,
    )
  );
}
