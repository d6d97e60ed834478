/**
 * Images of a training whose boxes are changed along with them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import type { Picture } from "../../image/picture.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { BatchDraw } from "../../nn/feeds.ts";
import { augmentedExample, isFitted } from "../shared/augmented_images.ts";
import {
  imageBatch,
  type ImageExamples,
  imageExamples,
  type ImageExamplesOptions,
  pixelFeeds,
  shownDraws,
} from "../shared/image_examples.ts";
import { fixedSize, type ImageRows } from "../shared/image_rows.ts";
import { describeObjects } from "./describe_objects.ts";
import { type BoxDrawing, drawnBoxes } from "./drawn_boxes.ts";
import type { ImageObjects } from "./match_queries.ts";
import type { LearntObject } from "./object_rows.ts";
import { fittedObjects, learntObjects } from "./placed_objects.ts";

/** What is known of the images. */
export interface MovedFeedsOptions extends ImageExamplesOptions {
  /** The objects of each image, in pixels of the image as its file has it. */
  readonly objects: readonly (readonly LearntObject[])[];
  /** The size of each image as its file has it. */
  readonly sizes: readonly PixelSize[];
  /** The number of each class. */
  readonly ids: ReadonlyMap<string, number>;
}

/** Feeds, and where the objects came to lie in the last ones of each row. */
export interface MovedFeeds extends ImageExamples {
  /** The objects of an image at the model's size. */
  readonly learnt: readonly ImageObjects[];
  /**
   * The same as the augmentations of a batch left them; the feeds of the batch must have been made.
   */
  moved(row: number, draw: Pick<BatchDraw, "epoch">): ImageObjects;
}

/** Makes the feeds of images with objects. */
export function movedFeeds(
  images: ImageRows,
  options: MovedFeedsOptions,
): MovedFeeds {
  const { objects, sizes, ids, pixels, augmentations } = options;
  const plain = imageExamples(images, options);
  const size = fixedSize(pixels);
  const fitted = objects.map((own, row) => fittedObjects(own, sizes[row], pixels));
  const learnt = fitted.map((own) => learntObjects(own, size, ids));
  /** An image of a training and its objects, at the model's size. */
  const changed = async (row: number, draw: Pick<BatchDraw, "seed" | "epoch">) => {
    const { image, objects: own = [] } = await augmentedExample(
      images,
      row,
      augmentations,
      draw,
      (of) => ({ objects: of === "original" ? objects[row] : fitted[row] }),
    );
    return isFitted(image, pixels)
      ? { image, objects: own }
      : { image: pixels.fit(image), objects: fittedObjects(own, image, pixels) };
  };
  const pictures = async (row: number): Promise<Picture[]> => {
    const draws = augmentations.ofImages.length > 0 ? shownDraws : [];
    const shown = [
      { image: await images.fitted(row), objects: fitted[row], title: "as the model sees it" },
      ...await Promise.all(draws.map(async (epoch) => ({
        ...await changed(row, { seed: 1, epoch }),
        title: `in epoch ${epoch + 1}`,
      }))),
    ];
    const drawing = { labels: [...ids.keys()], encodePng: await pngEncoder(), isSmall: true };
    return shown.map(({ image, objects, title }) =>
      boxedPicture(
        drawnBoxes(image, objects, drawing),
        `${title}: ${describeObjects(objects.map(({ label }) => label))}`,
      )
    );
  };
  if (augmentations.ofImages.length === 0) {
    return { ...plain, pictures, learnt, moved: (row) => learnt[row] };
  }
  // Of the batches that are on their way, which are of one epoch or of two that follow each other.
  const found = new Map<number, Map<number, ImageObjects>>();
  const fed = async (row: number, draw: BatchDraw) => {
    const { image, objects } = await changed(row, draw);
    for (const epoch of found.keys()) if (epoch < draw.epoch - 1) found.delete(epoch);
    const ofEpoch = found.get(draw.epoch) ?? new Map<number, ImageObjects>();
    found.set(draw.epoch, ofEpoch.set(row, learntObjects(objects, size, ids)));
    return image;
  };
  return {
    ...plain,
    // Objects are those of the feeds of their batch, which nobody may keep without them.
    changes: "batches",
    pictures,
    learnt,
    moved(row, { epoch }) {
      const own = found.get(epoch)?.get(row);
      if (own) return own;
      throw new TunebookError(
        "input",
        "the objects of an image move along with it; make the feeds of a batch before its targets",
      );
    },
    async feedsOf(rows, draw) {
      if (!draw) return await plain.feedsOf(rows);
      const each = await Promise.all(Array.from(rows, (row) => fed(row, draw)));
      return pixelFeeds(imageBatch(each, pixels));
    },
  };
}

/** A drawing in a preview. */
function boxedPicture({ svg, width, height }: BoxDrawing, title: string): Picture {
  const url = `data:image/svg+xml;base64,${new TextEncoder().encode(svg).toBase64()}`;
  return { title, url, width, height };
}
