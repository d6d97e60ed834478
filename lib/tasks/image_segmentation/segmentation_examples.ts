/**
 * Images with their masks as a model takes them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownName } from "../../core/quoted.ts";
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { Image } from "../../image/image.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import {
  type LabelMask,
  type MaskPredictions,
  maskPredictions,
} from "../../nn/mask_predictions.ts";
import type { Objective } from "../../nn/objective.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, ObjectiveContext, Outputs } from "../../nn/task.ts";
import { columnValues } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { calledImage } from "../shared/image_input.ts";
import { checkOutput } from "../shared/check_output.ts";
import { imageExamples, imageFingerprint } from "../shared/image_examples.ts";
import { imageRows } from "../shared/image_rows.ts";
import { needsLabels } from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import { changedFeeds, withChangedMasks } from "./changed_masks.ts";
import { maskedPictures } from "./masked_pictures.ts";
import { ignoredClass, type MaskClasses } from "./mask_classes.ts";
import type { MaskLossOptions } from "./mask_loss.ts";
import { maskObjective } from "./mask_objective.ts";
import { maskOfLogits } from "./mask_of_logits.ts";
import { type MaskRows, maskRows } from "./mask_rows.ts";
import { pixelCounts, pixelWeights } from "./pixel_weights.ts";
import { type SegmentedImage, segmentedImage } from "./prediction.ts";
import { checkWholeImage, segmentationPixels } from "./segmentation_pixels.ts";
import { longest, mostShown, overlaid, thumbnail } from "./overlay.ts";
import { toldShares } from "./show_segmented.ts";
import { withPicture } from "../shared/seen_images.ts";
import { storedMask } from "./stored_mask.ts";

/** Of rows that neither teach nor tell a score. */
function nothingCounts(where: string): TunebookError {
  return new TunebookError(
    "data",
    `no pixel of ${where} counts: its masks have nothing but pixels that are ignored, so that nothing can be ` +
      "learnt or scored; give rows with labels, or other labels or ids",
  );
}

/** So many labels without pixels are named. */
const mostNamed = 5;

/** What rows mean, and how they are learned. */
export interface SegmentationRows {
  readonly task: string;
  readonly image: string;
  readonly mask: string;
  readonly classes: MaskClasses;
  readonly augmentations: Augmentations;
  readonly loss: Pick<MaskLossOptions, "crossEntropy" | "dice">;
}

/** Examples that know their masks, for the baseline. */
export interface SegmentationExamples extends Examples<MaskPredictions, SegmentedImage> {
  /** The pixels of each class at the size of the images; absent of rows without masks. */
  readonly pixels?: Float64Array;
}

/**
 * Reads images and masks. Masks that cannot be read, are of another size than their image, or have ids of no label
 * are one error of kind "data", together with images that cannot be read.
 */
export async function segmentationExamples(
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  rows: SegmentationRows,
): Promise<SegmentationExamples> {
  const { classes, augmentations, loss } = rows;
  const { labels } = classes;
  const own = segmentationPixels(rows.task, processor);
  const { pixels, mapSize } = own;
  // A preview shows the masks of rows that it does not score.
  const known = labelled || table.columnNames().includes(rows.mask)
    ? maskRows(table, { column: rows.mask, pixels, classes, where, signal })
    : undefined;
  const masks = labelled ? known : undefined;
  const sizes: PixelSize[] = [];
  const thumbnails: Image[] = [];
  const images = await imageRows(table, {
    column: rows.image,
    pixels,
    where,
    signal,
    visit(row, image) {
      checkWholeImage(pixels, image);
      sizes[row] = { width: image.width, height: image.height };
      if (masks) return masks.read(row, image);
      if (row < mostShown) thumbnails[row] = thumbnail(image);
    },
  });
  const source = sourceRows(table, where);
  const maps = { classes: labels.length, height: mapSize[0], width: mapSize[1] };
  const masksOf = (outputs: Outputs) =>
    outputs.map((logits, row): LabelMask => {
      checkOutput(logits, source.placeOf(row));
      const { width, height, data } = maskOfLogits(logits, maps, sizes[row]);
      return { width, height, data: Uint8Array.from(data) };
    });
  const fed = imageExamples(images, { ...own, augmentations });
  const isChanged = augmentations.ofImages.length > 0;
  const keys = images.keys.map((key, row) => `${key} ${masks?.keys[row]}`);
  const counts = masks && pixelCounts(masks.original, labels.length);
  if (counts?.every((pixels) => pixels === 0)) throw nothingCounts(where);
  return {
    ...fed,
    ...(masks && isChanged
      ? {
        feedsOf: (rows, draw) =>
          draw
            ? changedFeeds(rows, draw, { images, masks, pixels, augmentations })
            : fed.feedsOf(rows),
      }
      : {}),
    async pictures(row) {
      if (!known) return await fed.pictures!(row);
      if (!masks) await known.read(row, await images.original(row));
      return await maskedPictures(row, { images, masks: known, pixels, augmentations, labels });
    },
    ...(counts ? { pixels: counts, notes: missingLabels(labels, counts) } : {}),
    fingerprint: imageFingerprint(
      { keys: [...keys, JSON.stringify([classes, loss])] },
      pixels,
      augmentations,
      new Float32Array(),
    ),
    objective: (context) => objectiveOf(context, { labels, masks, mapSize, loss, isChanged }),
    predictions: (outputs) =>
      maskPredictions({
        labels,
        truth: (masks ?? needsLabels("predictions")).original,
        predicted: masksOf(outputs).map(storedMask),
        ignoredIndex: ignoredClass,
      }),
    answers(outputs) {
      const cells = columnValues(table, rows.image);
      return masksOf(outputs).map((mask, row) => {
        const answer = segmentedImage(calledImage(cells[row]), mask, labels);
        const { [row]: small } = thumbnails;
        if (!small) return answer;
        const title = toldShares(answer.labels);
        return withPicture(answer, () => images.picture(overlaid(small, mask), title, longest));
      });
    },
  };
}

/** Which labels have no pixel, in a sentence. */
function missingLabels(labels: readonly string[], counts: Float64Array): string[] {
  const missing = labels.filter((_, at) => counts[at] === 0);
  if (missing.length === 0) return [];
  const named = missing.slice(0, mostNamed).map(shownName).join(", ");
  const more = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : "";
  return [`no pixel has the label ${named}${more}`];
}

/** What the loss depends on. */
interface ObjectiveParts {
  readonly labels: readonly string[];
  readonly masks: MaskRows | undefined;
  readonly mapSize: readonly [height: number, width: number];
  readonly loss: SegmentationRows["loss"];
  readonly isChanged: boolean;
}

function objectiveOf(
  { classWeights, focalGamma }: ObjectiveContext,
  { labels, masks, mapSize, loss, isChanged }: ObjectiveParts,
): Objective {
  const fitted = masks?.fitted ?? [];
  const objective = maskObjective({
    masks: fitted,
    classes: labels.length,
    mapSize,
    ignoredIndex: ignoredClass,
    ...loss,
    ...(focalGamma === undefined ? {} : { focalGamma }),
    ...(masks ? pixelWeights(classWeights, labels, fitted) : {}),
  });
  if (!masks) return withoutLoss(objective);
  return isChanged ? withChangedMasks(objective) : objective;
}
