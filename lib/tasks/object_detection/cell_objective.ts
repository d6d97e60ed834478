/**
 * What a training of a dense detector minimises: each cell of a map says how near it lies to an object's
 * centre, and the centres say their boxes. Targets are known before the model runs, so that a step is
 * run once.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import {
  callable,
  list,
  notNegative,
  required,
  type Rules,
  whole,
} from "../../core/option_rules.ts";
import { type HostTensor, type Tensor, tf } from "../../engine/mod.ts";
import type { BatchDraw } from "../../nn/feeds.ts";
import type { Objective } from "../../nn/objective.ts";
import { boxNumbers } from "./box_shares.ts";
import { type CellSizes, fillCellTargets } from "./cell_targets.ts";
import { checkObjects } from "./check_objects.ts";
import type { ImageObjects } from "./match_queries.ts";
import { queriesOfCells } from "./queries_of_cells.ts";

/** How the boxes of a dense detector count. */
export interface CellLossOptions {
  /** The weight of the centres' places within their cells; 1 unless given, as in the paper. */
  readonly offsetWeight?: number;
  /** The weight of widths and heights, in cells; 0.1 unless given, as in the paper. */
  readonly sizeWeight?: number;
}

/** The objects of images and how to learn them. */
export interface CellObjectiveOptions extends CellLossOptions, CellSizes {
  /** The objects of each image. */
  readonly objects: readonly ImageObjects[];
  /**
   * The objects of an image as the augmentations of a batch left them; those of `objects` unless given. The
   * loss of a step is divided by the objects before that.
   */
  readonly moved?: (row: number, draw: BatchDraw) => ImageObjects;
}

/** What the weights must be. */
export const cellRules: Rules<CellLossOptions> = {
  offsetWeight: notNegative,
  sizeWeight: notNegative,
};

const rules: Rules<CellObjectiveOptions> = {
  objects: required(list),
  height: required(whole),
  width: required(whole),
  classes: required(whole),
  moved: callable,
  ...cellRules,
};

/** The exponents α and β of the paper: of what is predicted well, and of what is near a centre. */
const [easy, near] = [2, 4];

/**
 * The loss of a detector without queries and without suppression of repeated boxes (Zhou et al.,
 * "Objects as points", 2019, arXiv 1904.07850): at centres −(1 − p)² · log p, elsewhere
 * −(1 − nearness)⁴ · p² · log(1 − p), and at centres the distances of places and sizes; all divided by the
 * objects of the step. It reads a family's head `boxes` that gives cells,
 * [batch, classes + 4, height, width]: logits, then each centre's place within its cell (across, down),
 * width and height in cells. The exported graph gives these as `cells`, and what they say of the image as `logits`
 * and `pred_boxes` of up to 100 queries (`queriesOfCells`).
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and of kind `data` for objects
 * of no class, with all rows.
 *
 * @example
 * ```ts
 * import { cellObjective } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const objective = cellObjective({
 *   height: 2,
 *   width: 2,
 *   classes: 1,
 *   objects: [{ classes: [0], boxes: [0.25, 0.75, 0.5, 0.5] }],
 * });
 * const { centres } = objective.targetsOf([0], 1);
 * assert.deepEqual([...centres.data], [0, 0, 1, 0]); // below, on the left
 * ```
 */
export function cellObjective(options: CellObjectiveOptions): Objective {
  checkOptions("cellObjective", options, rules);
  const { objects, moved, height, width, classes, offsetWeight = 1, sizeWeight = 0.1 } = options;
  const sizes: CellSizes = { height, width, classes };
  checkObjects(objects, { classes });
  const cells = height * width;
  const channels = classes + boxNumbers;
  const outputs = channels * cells;
  const weights = [offsetWeight, offsetWeight, sizeWeight, sizeWeight];
  const mapsOf = (results: Tensor) => tf.reshape(results, [-1, channels, height, width]);
  const feed = (...shape: (string | number)[]) =>
    ({ role: "feed", type: "float32", shape }) as const;
  return {
    name: "object-detection",
    head: { name: "boxes", outputs: classes },
    outputs,
    per: "sequence",
    feeds: {
      nearness: feed("batch", classes, height, width),
      centre_boxes: feed("batch", boxNumbers, height, width),
      centres: feed("batch", 1, height, width),
      normaliser: feed(),
    },
    pool: (results) => tf.reshape(results, [-1, outputs]),
    exported: (results) => ({ ...queriesOfCells(mapsOf(results), sizes), cells: mapsOf(results) }),
    readExported: ({ cells: { shape: [batch], data } }) =>
      Array.from(
        { length: batch },
        (_, image) => Float32Array.from(data.subarray(image * outputs, (image + 1) * outputs)),
      ),
    loss(results, { nearness, centre_boxes, centres, normaliser }) {
      const [logits, boxes] = tf.split(mapsOf(results), [classes, boxNumbers], 1);
      const distances = tf.mul(tf.abs(tf.sub(boxes, centre_boxes)), centres);
      const boxLoss = tf.sum(tf.mul(distances, tf.tensor4d(weights, [1, boxNumbers, 1, 1])));
      return tf.div(tf.add(nearnessLoss(logits, nearness), boxLoss), normaliser);
    },
    weightOf: (rows) =>
      Array.from(rows, (row) => objects[row].classes.length).reduce((sum, each) => sum + each, 0),
    targetsOf(rows, normaliser, { draw } = {}) {
      const tensor = (size: number): HostTensor & { readonly data: Float32Array } => ({
        shape: [rows.length, size, height, width],
        data: new Float32Array(rows.length * size * cells),
      });
      const [nearness, boxes, centres] = [classes, boxNumbers, 1].map(tensor);
      Array.from(rows, (row, image) => {
        const part = ({ shape, data }: typeof nearness) => {
          const size = shape[1] * cells;
          return data.subarray(image * size, (image + 1) * size);
        };
        fillCellTargets(moved && draw ? moved(row, draw) : objects[row], sizes, {
          nearness: part(nearness),
          boxes: part(boxes),
          centres: part(centres),
        });
      });
      return {
        nearness,
        centre_boxes: boxes,
        centres,
        normaliser: { shape: [], data: Float32Array.of(normaliser) },
      };
    },
  };
}

/** The focal loss of the cells; a nearness of exactly 1 is a centre. */
function nearnessLoss(logits: Tensor, nearness: Tensor): Tensor {
  const isCentre = tf.cast(tf.equal(nearness, 1), "float32");
  const yes = tf.sigmoid(logits);
  const no = tf.sub(1, yes);
  // −log p and −log(1 − p), for logits of any size.
  const centreLoss = tf.mul(tf.pow(no, easy), tf.softplus(tf.neg(logits)));
  const farness = tf.pow(tf.sub(1, nearness), near); // 0 at centres
  const otherLoss = tf.mul(tf.mul(farness, tf.pow(yes, easy)), tf.softplus(logits));
  return tf.sum(tf.add(tf.mul(isCentre, centreLoss), otherLoss));
}
