/**
 * Image classification with known labels: rows become examples, and outputs become answers.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Task } from "../../nn/task.ts";
import type { Augmentations } from "../../image/augment/augmentations.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import type { Objective } from "../../nn/objective.ts";
import { columnValues } from "../../table/columns.ts";
import { sourceRows } from "../../table/source_rows.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { checkOutput } from "../shared/check_output.ts";
import { predictionsOf } from "../shared/class_predictions.ts";
import { classWeightsOf } from "../shared/class_weights.ts";
import { classificationObjective } from "../shared/classification_objective.ts";
import { targetsOfMixed } from "../shared/augmented_images.ts";
import { imageExamples, imageFingerprint } from "../shared/image_examples.ts";
import { imageRows, pixelsFor } from "../shared/image_rows.ts";
import type { LabelColumn } from "../shared/label_column.ts";
import {
  labelFields,
  labelTargets,
  mostFrequent,
  saidLabels,
  truthOf,
  type WithTruth,
} from "../shared/labelled_rows.ts";
import { withPicture } from "../shared/seen_images.ts";
import { joinOutputs, needsLabels } from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import { displayOfImages } from "./prediction_display.ts";
import { imageReader } from "./reader.ts";
import { calledImage, type ImageInput } from "../shared/image_input.ts";
import type { ImagePrediction } from "./prediction.ts";

/** A task and what its columns mean. */
export interface LabelledImagesOptions<Kind extends LabelKind> {
  readonly task: Task<Predictions<Kind>, ImageInput, ImagePrediction>;
  readonly image: string;
  readonly labelled: LabelColumn<Kind>;
  readonly labels: readonly string[];
  readonly augmentations: Augmentations;
}

/** Examples that know their labels, for the baseline. */
type LabelledImages<Kind extends LabelKind> =
  & Examples<Predictions<Kind>, ImagePrediction>
  & WithTruth;

/** The task with its labels. */
export function labelledImages<Kind extends LabelKind>(
  options: LabelledImagesOptions<Kind>,
): LabelledTask<Predictions<Kind>, ImageInput, ImagePrediction> {
  const { task, image, labelled: { kind }, labels } = options;
  return {
    task,
    labels,
    head: { name: "classification", outputs: labels.length },
    signature: {
      pipeline: "image-classification",
      peftTaskType: null,
      autoClass: "AutoModelForImageClassification",
      config: labelFields(kind, labels),
    },
    examples: (table, processor, settings) => examplesOf(table, processor, settings, options),
    display: displayOfImages,
    reader: imageReader({ image, kind, labels }),
    tableOf: (inputs) => tableFromColumns({ [image]: inputs }, "the images"),
    ...(kind === "single" ? { baseline: (train, held) => mostFrequent(labels, train, held) } : {}),
  };
}

async function examplesOf<Kind extends LabelKind>(
  table: Table,
  processor: Processor,
  { where, labelled: isLabelled = true, signal }: ExamplesOptions,
  { task, image, labelled, labels, augmentations }: LabelledImagesOptions<Kind>,
): Promise<LabelledImages<Kind>> {
  const { kind } = labelled;
  const own = pixelsFor(task.name, processor);
  const found = isLabelled ? labelled.read(table, where, labels) : undefined;
  const targets = found ? labelTargets(found) : new Float32Array();
  const images = await imageRows(table, { column: image, pixels: own.pixels, where, signal });
  const source = sourceRows(table, where);
  return {
    ...imageExamples(images, { ...own, augmentations }),
    ...(found ? { truth: truthOf(found) } : {}),
    fingerprint: imageFingerprint(images, own.pixels, augmentations, targets),
    objective({ labelSmoothing, classWeights, focalGamma }) {
      const objective = classificationObjective({
        kind,
        outputs: labels.length,
        targets,
        ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
        ...(focalGamma === undefined ? {} : { focalGamma }),
        ...classWeightsOf(classWeights, found),
      });
      if (!found) return withoutLoss(objective);
      return withMixedTargets(objective, augmentations, own.pixels);
    },
    predictions(outputs) {
      outputs.forEach((output, row) => checkOutput(output, source.placeOf(row)));
      return predictionsOf({
        kind,
        labels,
        logits: joinOutputs(outputs),
        truth: truthOf(found ?? needsLabels("predictions")),
      }) as Predictions<Kind>;
    },
    answers(outputs) {
      const cells = columnValues(table, image);
      return saidLabels(cells.length, joinOutputs(outputs), { kind, labels })
        .map((said, row) => {
          const answer = { image: calledImage(cells[row]), ...said };
          const picture = images.pictureOf(row, answer.image);
          return picture ? withPicture(answer, picture) : answer;
        });
    },
  };
}

/** The same objective for batches whose images are mixed with each other. */
function withMixedTargets(
  objective: Objective,
  augmentations: Augmentations,
  pixels: PixelProcessor,
): Objective {
  if (augmentations.ofBatches.length === 0) return objective;
  return {
    ...objective,
    targetsOf(rows, normaliser, about) {
      const feeds = objective.targetsOf(rows, normaliser, about);
      const draw = about?.draw;
      if (!draw) return feeds;
      const { shape, data } = feeds.targets;
      const mixed = targetsOfMixed(data as Float32Array, rows.length, augmentations, pixels, draw);
      return { ...feeds, targets: { shape, data: mixed } };
    },
  };
}
