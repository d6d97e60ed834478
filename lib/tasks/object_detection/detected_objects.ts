/**
 * Object detection with known classes: rows become examples, and outputs become boxes.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import type { Augmentations } from "../../image/augment/augmentations.ts";
import { objectMistakes } from "../../image/check_objects.ts";
import type { PixelSize } from "../../image/pixel_size.ts";
import type { PixelProcessor } from "../../image/processor/image_processor.ts";
import { originalBox } from "../../image/processor/place_box.ts";
import { type BoxPredictions, type ScoredBox, selectableBoxes } from "../../nn/box_predictions.ts";
import type { Processor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, LabelledTask, Outputs, Task } from "../../nn/task.ts";
import { columnValues } from "../../table/columns.ts";
import { type SourceRows, sourceRows } from "../../table/source_rows.ts";
import { type Table, tableFromColumns } from "../../table/table.ts";
import { checkOutput } from "../shared/check_output.ts";
import { imageFingerprint } from "../shared/image_examples.ts";
import { calledImage, type ImageInput } from "../shared/image_input.ts";
import { fixedSize, imageRows, pixelsFor } from "../shared/image_rows.ts";
import { needsLabels } from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import { movedFeeds } from "./moved_feeds.ts";
import { type Detector, type DetectorLossOptions, detectorOf } from "./detector.ts";
import { displayOfDetections } from "./display.ts";
import { checkObjectRows, type LearntObject, objectsIn } from "./object_rows.ts";
import { type DetectionPrediction, withOriginal } from "./prediction.ts";
import { detectionReader } from "./reader.ts";

/** A task and what its columns mean. */
export interface DetectedObjectsOptions {
  readonly task: Task<BoxPredictions, ImageInput, DetectionPrediction>;
  readonly image: string;
  readonly objects: string;
  readonly labels: readonly string[];
  readonly augmentations: Augmentations;
  readonly threshold: number;
  readonly loss: DetectorLossOptions;
}

/** The task with its classes. */
export function detectedObjects(
  options: DetectedObjectsOptions,
): LabelledTask<BoxPredictions, ImageInput, DetectionPrediction> {
  const { task, image, objects, labels } = options;
  return {
    task,
    labels,
    head: {
      name: "boxes",
      outputs: labels.length,
      ...(options.loss.auxiliary ? { reads: "layerQueries" } : {}),
    },
    signature: {
      pipeline: "object-detection",
      peftTaskType: null,
      autoClass: "AutoModelForObjectDetection",
      config: {
        id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
        label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
      },
    },
    examples: (table, processor, settings) => examplesOf(table, processor, settings, options),
    checkHeldOut: (table, where) =>
      checkObjectRows(table, { image, objects, names: labels, where }),
    reader: detectionReader({ image, labels }),
    tableOf: (inputs) => tableFromColumns({ [image]: inputs }, "the images"),
    display: displayOfDetections,
  };
}

async function examplesOf(
  table: Table,
  processor: Processor,
  { where, labelled = true, signal }: ExamplesOptions,
  { task, image, objects, labels, augmentations, threshold, loss }: DetectedObjectsOptions,
): Promise<Examples<BoxPredictions, DetectionPrediction>> {
  const own = pixelsFor(task.name, processor);
  const detector = detectorOf(processor, { task: task.name, classes: labels.length, loss });
  const source = sourceRows(table, where);
  const truth = labelled ? objectsIn(table, objects) : undefined;
  const sizes: PixelSize[] = [];
  const images = await imageRows(table, {
    column: image,
    pixels: own.pixels,
    where,
    signal,
    visit: (row, { width, height }) => {
      sizes[row] = { width, height };
    },
  });
  if (truth) refuseObjects(truth, sizes, { source, detector });
  const ids = new Map(labels.map((label, id) => [label, id]));
  // A preview shows the objects of rows that it does not score.
  const known = truth ??
    (table.columnNames().includes(objects) ? objectsIn(table, objects) : sizes.map(() => []));
  const feeds = movedFeeds(images, { ...own, augmentations, objects: known, sizes, ids });
  const { learnt, moved, ...rows } = feeds;
  const found = (outputs: Outputs) =>
    outputs.map((output, row) => {
      checkOutput(output, source.placeOf(row));
      return foundBoxes(output, detector, sizes[row], own.pixels);
    });
  return {
    ...rows,
    fingerprint: imageFingerprint(
      images,
      own.pixels,
      augmentations,
      Float32Array.from(learnt.flatMap(({ classes, boxes }) => [
        classes.length,
        ...Array.from(classes),
        ...Array.from(boxes),
      ])),
    ),
    objective() {
      const objective = detector.objective({ objects: learnt, moved });
      return truth ? objective : withoutLoss(objective);
    },
    predictions(outputs) {
      const objects = truth ?? needsLabels("predictions");
      return selectableBoxes({
        kind: "boxes",
        rows: sizes.length,
        labels,
        truth: objects.map((each) =>
          each.map(({ label, ...box }) => ({ ...box, label: ids.get(label)! }))
        ),
        predicted: found(outputs),
      });
    },
    answers(outputs) {
      const cells = columnValues(table, image);
      return found(outputs).map((boxes, row) =>
        withOriginal({
          image: calledImage(cells[row]),
          objects: boxes.filter(({ score }) => score >= threshold)
            .sort((a, b) => b.score - a.score)
            .map(({ label, score, box }) => ({ label: labels[label], score, box })),
        }, () => images.original(row))
      );
    },
  };
}

/** All boxes in pixels of the image as its file has it. */
function foundBoxes(
  output: Float32Array,
  detector: Detector,
  image: PixelSize,
  pixels: PixelProcessor,
): ScoredBox[] {
  const placement = pixels.placement(image);
  return detector.found(output, fixedSize(pixels))
    .map((each) => ({ ...each, box: originalBox(each.box, image, placement) }));
}

/** Refuses boxes outside their images, boxes that are there twice, and more objects than a model can find. */
function refuseObjects(
  objects: readonly (readonly LearntObject[])[],
  sizes: readonly PixelSize[],
  { source, detector: { mostObjects = Infinity } }: {
    readonly source: SourceRows;
    readonly detector: Detector;
  },
): void {
  const wrong = objects.flatMap((own, row) => {
    const of = (line: string) => `${source.placeOf(row)}: ${line}`;
    const count = own.filter(({ isCrowd }) => !isCrowd).length;
    return [
      ...objectMistakes(own, sizes[row]).map(of),
      ...(count > mostObjects
        ? [of(`${count} objects, but the model looks for ${mostObjects}`)]
        : []),
    ];
  });
  if (wrong.length > 0) throw mistakes("data", "some objects cannot be learnt:", wrong);
}
