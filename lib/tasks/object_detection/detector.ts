/**
 * The two kinds of detectors: with queries, each of which stands for an object or for none, and with the cells of
 * a map, each of which may hold the centre of one.
 *
 * @module
 */
import { optionMistake, TunebookError } from "../../core/errors.ts";
import { refuseOptions } from "../../core/check_options.ts";
import type { ScoredBox } from "../../nn/box_predictions.ts";
import type { BatchDraw } from "../../nn/feeds.ts";
import type { Objective } from "../../nn/objective.ts";
import type { Processor } from "../../nn/processor.ts";
import type { AnswerDifference } from "../../nn/reader_contract.ts";
import { boxesOfCells } from "./boxes_of_cells.ts";
import { boxesOfQueries, type ImageSides } from "./boxes_of_queries.ts";
import { type CellLossOptions, cellObjective, cellRules } from "./cell_objective.ts";
import { compareCells } from "./compare_cells.ts";
import { compareQueries, type CornerBox } from "./compare_boxes.ts";
import { type DetectionLossOptions, detectionRules } from "./detection_loss.ts";
import { detectionObjective } from "./detection_objective.ts";
import type { ImageObjects } from "./match_queries.ts";

/** How classes and boxes count, as DETR and YOLOS count them. */
export interface QueryLossOptions extends Omit<DetectionLossOptions, "classLoss" | "focalAlpha"> {
  /**
   * Whether every layer of a DETR's decoder looks for the objects in training, each matched by itself, and their losses
   * are added (`auxiliary_loss`); false unless given.
   */
  readonly auxiliary?: boolean;
}

/** How they count in a detector of either kind. */
export interface DetectorLossOptions extends QueryLossOptions, CellLossOptions {}

/** What a detector is asked for. */
export interface DetectorOptions {
  /** The task that asks, for errors. */
  readonly task: string;
  readonly classes: number;
  readonly loss: DetectorLossOptions;
}

/** The objects of images, and where augmentations move them. */
export interface ObjectsToLearn {
  readonly objects: readonly ImageObjects[];
  /** The objects of an image as the augmentations of a batch left them. */
  readonly moved?: (row: number, draw: BatchDraw) => ImageObjects;
}

/** What a model's boxes are learned by and read from. */
export interface Detector {
  /** The most objects that it finds in an image, where a training must not have more. */
  readonly mostObjects?: number;
  /** What a training minimises. */
  objective(learned: ObjectsToLearn): Objective;
  /** The boxes that it finds, in pixels of the image, of what it gives for it. */
  found(output: Float32Array, image: ImageSides): ScoredBox[];
  /** A reader's boxes beside those of the trained model, of what that gives for the image. */
  compare(
    found: readonly CornerBox[],
    output: Float32Array,
    about: { readonly labels: readonly string[]; readonly tolerance: number },
  ): AnswerDifference;
}

/** Detectors with queries give a probability of "no object" beside those of the classes. */
const classLoss = "crossEntropy";

/**
 * How the model's boxes are read. Throws an error of kind "unsupported" for a model that gives none, and of kind
 * "input" for weights of a loss that is of the other kind of detector.
 */
export function detectorOf(processor: Processor, options: DetectorOptions): Detector {
  const { queries, queryLayers, mapSizes } = processor.input === "image" ? processor : {};
  if (queries !== undefined) return queryDetector({ queries, queryLayers }, options);
  if (mapSizes?.boxes) return cellDetector(mapSizes.boxes, options);
  throw new TunebookError(
    "unsupported",
    `${options.task} needs a model whose family gives boxes: of queries as DETR and YOLOS, or of the cells of a ` +
      "map as a graph or a ResNet; the head of a graph must read a map",
  );
}

/** The queries of a model, and after how many layers they may be read. */
interface Queries {
  readonly queries: number;
  readonly queryLayers: number | undefined;
}

function queryDetector(
  { queries, queryLayers }: Queries,
  { task, classes, loss: { auxiliary = false, ...loss } }: DetectorOptions,
): Detector {
  refuseOthers(
    task,
    loss,
    Object.keys(cellRules),
    "the cells of a map, and this model has queries",
  );
  if (auxiliary && queryLayers === undefined) {
    refuseOptions(task, [
      optionMistake(
        "auxiliary",
        "is for DETR, whose decoder finds objects layer by layer; leave it out",
      ),
    ]);
  }
  const layers = auxiliary ? queryLayers! : 1;
  const sizes = { queries, classes };
  return {
    mostObjects: queries,
    objective: (learned) =>
      detectionObjective({ ...loss, ...sizes, ...learned, classLoss, layers }),
    found: (output, image) => boxesOfQueries(output, sizes, { classLoss }, image),
    compare: compareQueries,
  };
}

function cellDetector(
  [height, width]: readonly [number, number],
  { task, classes, loss }: DetectorOptions,
): Detector {
  refuseOthers(
    task,
    loss,
    [...Object.keys(detectionRules), "auxiliary"],
    "queries, and this model gives cells of a map",
  );
  const sizes = { height, width, classes };
  return {
    objective: (learned) => cellObjective({ ...loss, ...sizes, ...learned }),
    found: (output, image) => boxesOfCells(output, sizes, image),
    compare: (found, output, about) => compareCells(found, output, { ...about, sizes }),
  };
}

function refuseOthers(task: string, loss: object, names: readonly string[], kind: string): void {
  const wrong = names.filter((name) => Object.hasOwn(loss, name))
    .map((name) => optionMistake(name, `is for detectors with ${kind}; leave it out`));
  refuseOptions(task, wrong);
}
