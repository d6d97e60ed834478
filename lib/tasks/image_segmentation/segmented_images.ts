/**
 * Image segmentation with known labels: rows become examples, and outputs become answers.
 *
 * @module
 */
import type { MaskPredictions } from "../../nn/mask_predictions.ts";
import type { Baseline, LabelledTask, Task } from "../../nn/task.ts";
import { tableFromColumns } from "../../table/table.ts";
import type { ImageInput } from "../shared/image_input.ts";
import { labelFields } from "../shared/labelled_rows.ts";
import { needsLabels } from "../shared/text_examples.ts";
import type { SegmentedImage } from "./prediction.ts";
import { segmentationReader } from "./reader.ts";
import {
  type SegmentationExamples,
  segmentationExamples,
  type SegmentationRows,
} from "./segmentation_examples.ts";
import { segmentationHead } from "./segmentation_pixels.ts";
import { showSegmented } from "./show_segmented.ts";

/** A task and what its columns mean. */
export interface SegmentedImagesOptions extends Omit<SegmentationRows, "task"> {
  readonly task: Task<MaskPredictions, ImageInput, SegmentedImage>;
}

/** The task with its labels. */
export function segmentedImages(
  { task, ...rows }: SegmentedImagesOptions,
): LabelledTask<MaskPredictions, ImageInput, SegmentedImage> {
  const { image, classes: { labels } } = rows;
  const { problem_type: _, ...config } = labelFields("single", labels);
  return {
    task,
    labels,
    head: { name: segmentationHead, outputs: labels.length },
    signature: {
      pipeline: "image-segmentation",
      peftTaskType: null,
      autoClass: "AutoModelForSemanticSegmentation",
      config,
    },
    examples: (table, processor, settings) =>
      segmentationExamples(table, processor, settings, { ...rows, task: task.name }),
    reader: segmentationReader({ task: task.name, image, labels }),
    tableOf: (inputs) => tableFromColumns({ [image]: inputs }, "the images"),
    display: showSegmented,
    baseline: (train, held) => largestClass(labels, train, held),
  };
}

/** The pixel accuracy of always saying the class with most training pixels. */
function largestClass(labels: readonly string[], train: object, held: object): Baseline {
  const [known, others] = [train, held].map(({ pixels }: Partial<SegmentationExamples>) =>
    pixels ?? needsLabels("baseline")
  );
  const most = known.indexOf(Math.max(...known));
  const all = others.reduce((sum, count) => sum + count, 0);
  return { label: labels[most], accuracy: others[most] / all };
}
