/**
 * What `tests/golden/make_detection_losses.py` wrote.
 *
 * @module
 */
import type {
  DetectionLossOptions,
  DetectionLossSettings,
} from "../../../lib/tasks/object_detection/detection_loss.ts";
import type { ImageObjects } from "../../../lib/tasks/object_detection/match_queries.ts";

/** The loss of some images. */
export interface LossCase {
  readonly name: string;
  readonly classLoss: DetectionLossSettings["classLoss"];
  readonly queries: number;
  readonly classes: number;
  /** By transformers' names. */
  readonly settings: Readonly<Record<string, number>>;
  readonly objects: readonly ImageObjects[];
  /** [images][queries][logits] */
  readonly logits: number[][][];
  /** [images][queries][4] */
  readonly boxes: number[][][];
  readonly loss: number;
  /** For each image the queries and their objects. */
  readonly pairs: [number[], number[]][];
  readonly logitGradient: number[][][];
  readonly boxGradient: number[][][];
}

/** What an image processor answers of one image; boxes as corners in pixels. */
export interface AnswerCase {
  readonly scores: number[];
  readonly labels: number[];
  readonly boxes: number[][];
}

/** The whole file. */
export interface DetectionGolden {
  readonly losses: readonly LossCase[];
  /** Those of the first and of the fifth loss. */
  readonly answers: readonly AnswerCase[][];
  readonly assignments: { readonly costs: number[][]; readonly sum: number }[];
}

const file = new URL("../../golden/detection_losses.json", import.meta.url);

/** The golden numbers. */
export const golden: DetectionGolden = JSON.parse(await Deno.readTextFile(file));

const names: Readonly<Record<string, keyof DetectionLossOptions>> = {
  class_cost: "classCost",
  bbox_cost: "boxCost",
  giou_cost: "giouCost",
  bbox_loss_coefficient: "boxWeight",
  giou_loss_coefficient: "giouWeight",
  eos_coefficient: "noObjectWeight",
  focal_alpha: "focalAlpha",
};

/** The settings of a case by our names. */
export function optionsOf({ classLoss, settings }: LossCase): DetectionLossOptions {
  return {
    classLoss,
    ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [names[name], value])),
  };
}

/** Of each query its logits, then its box, [images · queries · (logits + 4)]. */
export function joinedNumbers(logits: number[][][], boxes: number[][][]): Float32Array {
  return Float32Array.from(
    logits.flatMap((image, i) => image.flatMap((query, q) => [...query, ...boxes[i][q]])),
  );
}
