/**
 * Object detection: which objects are in an image, and where.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf } from "../core/errors.ts";
import {
  anything,
  list,
  required,
  type Rule,
  type Rules,
  text as textRule,
  yesOrNo,
} from "../core/option_rules.ts";
import { nameListMistakes } from "../data/class_names.ts";
import {
  augmentationsOf,
  type AugmentationSpec,
  augmentSettings,
} from "../image/augment/augmentations.ts";
import type { BoxPredictions } from "../nn/box_predictions.ts";
import type { Task } from "../nn/task.ts";
import { columnValues } from "../table/columns.ts";
import { calledImage, endOfName, type ImageInput } from "./shared/image_input.ts";
import { absentLabels } from "./shared/split_labels.ts";
import { augmentMistakes } from "./shared/augment_mistakes.ts";
import { detectedObjects } from "./object_detection/detected_objects.ts";
import { cellRules } from "./object_detection/cell_objective.ts";
import { detectionRules } from "./object_detection/detection_loss.ts";
import type { DetectorLossOptions } from "./object_detection/detector.ts";
import { checkObjectRows, labelsIn, objectsIn } from "./object_detection/object_rows.ts";
import { type DetectionPrediction, usualThreshold } from "./object_detection/prediction.ts";
import { describeObjects } from "./object_detection/describe_objects.ts";

/**
 * What columns mean, and how objects are learnt and told. Weights of a loss are of detectors with queries (DETR,
 * YOLOS), but for `offsetWeight` and `sizeWeight`, which are of detectors whose map has cells.
 */
export interface ObjectDetectionOptions extends DetectorLossOptions {
  /** The column of the image: a path, an address, the bytes of a file, or `{ bytes, path }`. */
  readonly image: string;
  /**
   * The column of its objects: a list of `{ box: [x, y, width, height], label, isCrowd?, area? }` in pixels
   * of the image, `[]` where there is none. `readCoco`, `readYolo` and `readVoc` make such tables.
   */
  readonly objects: string;
  /** The classes in their order; those of the training rows in natural order unless given. */
  readonly names?: readonly string[];
  /**
   * What changes the images of a training by chance, boxes along with them: `horizontalFlip()`,
   * `randomResizedCrop({ size })`, `colorJitter()`, `randAugment()`, `randomErasing()`. None unless given.
   */
  readonly augment?: readonly AugmentationSpec[];
  /** How sure the model must be of an object that `predict` tells, from 0 to 1; 0.5 unless given. */
  readonly threshold?: number;
}

const name = "object-detection";
const probability: Rule = [
  "a number in [0, 1]",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
];
const { classLoss: _, focalAlpha: __, ...lossRules } = detectionRules;
const rules: Rules<ObjectDetectionOptions> = {
  image: required(textRule),
  objects: required(textRule),
  names: anything,
  augment: list,
  threshold: probability,
  auxiliary: yesOrNo,
  ...lossRules,
  ...cellRules,
};

/**
 * Boxes and classes of the objects in an image, found by the queries of a DETR or a YOLOS (Carion et al.,
 * 2020, arXiv 2005.12872), or by the cells of a map of any other family that gives maps (Zhou et al., 2019, arXiv
 * 1904.07850). Crowds are not learnt, and scores do not count what is found in them.
 *
 * Answers are `{ image, objects: [{ label, score, box }] }`, boxes in pixels of the image as its file has it,
 * the surest first.
 *
 * Throws an error of kind "input" with all options that make no sense.
 *
 * @example
 * ```ts
 * import { objectDetection } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const task = objectDetection({ image: "photo", objects: "animals" });
 * assert.equal(task.name, "object-detection");
 * assert.deepEqual(task.columns, ["photo", "animals"]);
 * assert.equal(task.metric, "meanAveragePrecision");
 * ```
 */
export function objectDetection(
  options: ObjectDetectionOptions,
): Task<BoxPredictions, ImageInput, DetectionPrediction> {
  requireOptions(name, options);
  refuseOptions(name, objectDetectionMistakes(options));
  const { image, objects, names, augment = [], threshold = usualThreshold, ...loss } = options;
  const columns = [image, objects];
  const augmentations = augmentationsOf(augment);
  const task: Task<BoxPredictions, ImageInput, DetectionPrediction> = {
    name,
    kind: "boxes",
    input: "image",
    settings: { ...options, ...augmentSettings(augment) },
    columns,
    metric: "meanAveragePrecision",
    lossSettings: [],
    checkRows: (table, where) => checkObjectRows(table, { image, objects, names, where }),
    checkSplit(cut) {
      if (!names) {
        absentLabels(
          cut,
          objects,
          (table) => objectsIn(table, objects).map((own) => own.map(({ label }) => label)),
        );
      }
    },
    read: ({ train }) => withLabels(names ?? labelsIn(train, objects)),
    withLabels,
    report: {
      noun: "image",
      texts: (table) => columnValues(table, image).map((cell) => endOfName(calledImage(cell))),
      classes: (table) =>
        objectsIn(table, objects).map((own) => [...new Set(own.map(({ label }) => label))]),
    },
    hasMarks: (table) => objectsIn(table, objects).map(({ length }) => length > 0),
    preview: (table, row) => ({
      text: endOfName(calledImage(columnValues(table, image)[row])),
      label: describeObjects(objectsIn(table, objects)[row].map(({ label }) => label)),
    }),
  };

  function withLabels(labels: readonly string[]) {
    return detectedObjects({ task, image, objects, labels, augmentations, threshold, loss });
  }

  return Object.freeze(task);
}

function objectDetectionMistakes(options: object): Mistake[] {
  const { image, objects, names, augment } = options as ObjectDetectionOptions;
  const wrong = optionMistakes(options, rules);
  if (image !== undefined && image === objects) {
    wrong.push(
      mistakeOf((nameOf) => `${nameOf("image")}, ${nameOf("objects")} must be different columns`),
    );
  }
  if (names !== undefined) {
    wrong.push(
      ...nameListMistakes(names).map((line) => ({ ...mistakeOf(() => line), option: "names" })),
    );
  }
  if (Array.isArray(augment)) {
    wrong.push(...augmentMistakes(augment, "which mixes labels, and boxes have no shares"));
  }
  return wrong;
}
