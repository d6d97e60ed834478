/**
 * Image segmentation: a class for each pixel of an image.
 *
 * @module
 */
import { refuseOptions, requireOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { augmentationsOf, augmentSettings } from "../image/augment/augmentations.ts";
import type { MaskPredictions } from "../nn/mask_predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues, requireColumns } from "../table/columns.ts";
import { sourceRows } from "../table/source_rows.ts";
import { imageMistakes } from "./shared/image_rows.ts";
import { calledImage, type ImageInput } from "./shared/image_input.ts";
import { foundLabels } from "./image_segmentation/found_labels.ts";
import {
  ignoredIdOf,
  type ImageSegmentationOptions,
  segmentationMistakes,
} from "./image_segmentation/options.ts";
import type { SegmentedImage } from "./image_segmentation/prediction.ts";
import { segmentedImages } from "./image_segmentation/segmented_images.ts";

const name = "image-segmentation";

/**
 * A class for each pixel (semantic segmentation). Each row has an image and a PNG mask of the same size, whose
 * numbers are ids; `maskFolder` makes such a table of two folders. Pixels with the id `ignore` count neither in the
 * loss nor in scores.
 *
 * The loss is that of transformers: what the model gives is enlarged to the size of its input (bilinear), where the
 * masks are brought to by the nearest pixel. Scores are of masks at the size of the files, which is stricter than
 * transformers' example, whose masks have the size of the model's input. Models that crop images are refused.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { imageSegmentation } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = imageSegmentation({ image: "photo", mask: "regions", labels: ["sky", "sea"] });
 * assert.equal(task.name, "image-segmentation");
 * assert.deepEqual(task.columns, ["photo", "regions"]);
 * assert.throws(
 *   () => imageSegmentation({ image: "photo", mask: "regions", labels: ["sky", "sea"], ignore: 1 }),
 *   /ignore is 1, but that is the label "sea"/,
 * );
 * ```
 */
export function imageSegmentation(
  options: ImageSegmentationOptions,
): Task<MaskPredictions, ImageInput, SegmentedImage> {
  requireOptions(name, options);
  refuseOptions(name, segmentationMistakes(options));
  const { image, mask, augment = [], labels: given, crossEntropy, dice } = options;
  const columns = [image, mask];
  const augmentations = augmentationsOf(augment);
  const ignore = ignoredIdOf(options);
  const task: Task<MaskPredictions, ImageInput, SegmentedImage> = {
    name,
    kind: "mask",
    input: "image",
    settings: { ...options, ...augmentSettings(augment) },
    columns,
    metric: "meanIou",
    lossSettings: ["classWeights", "focalGamma"],
    checkRows(table, where) {
      requireColumns(table, columns, where);
      if (table.numRows() === 0) throw new TunebookError("data", `${where} has no rows`);
      const source = sourceRows(table, where);
      const ofMasks = { placeOf: (row: number) => `the mask of ${source.placeOf(row)}` };
      const masks = imageMistakes(table, mask, ofMasks);
      const wrong = imageMistakes(table, image, source).flatMap((own, row) => [
        ...own,
        ...masks[row].map((line) => line.replace(/ has no image$/, " is missing")),
      ]);
      if (wrong.length > 0) throw mistakes("data", `${source.where} cannot be read:`, wrong);
    },
    ...(given ? {} : {
      findLabels: ({ train }, signal) =>
        foundLabels(train, { column: mask, ignore, where: "the training data", signal }),
    }),
    read: () => withLabels(given ?? []),
    withLabels,
    report: {
      noun: "image",
      texts: (table) => columnValues(table, image).map(calledImage),
    },
    preview: (table, row) => ({
      text: calledImage(columnValues(table, image)[row]),
      label: maskName(columnValues(table, mask)[row]),
    }),
  };

  function withLabels(labels: readonly string[]) {
    return segmentedImages({
      task,
      image,
      mask,
      classes: { labels, ids: labels.map((label, at) => idOf(label, at, options)), ignore },
      augmentations,
      loss: {
        ...(crossEntropy === undefined ? {} : { crossEntropy }),
        ...(dice === undefined ? {} : { dice }),
      },
    });
  }

  return Object.freeze(task);
}

/** The name of a mask's file; bytes have none, and pictures show them. */
function maskName(cell: unknown): string {
  return cell instanceof Uint8Array ? "" : calledImage(cell);
}

/** No mask has it: a label of a model's head that the masks do not have. */
const noId = -1;

/** The id that masks have for a label of the model. */
function idOf(label: string, at: number, { labels, ids }: ImageSegmentationOptions): number {
  if (!labels) return at;
  const own = labels.indexOf(label);
  return own < 0 ? noId : ids?.[own] ?? own;
}
