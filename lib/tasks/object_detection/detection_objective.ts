/**
 * What a training of a detector minimises: its queries are matched with the objects of each image after
 * the model has given its boxes.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { callable, list, required, type Rules, whole } from "../../core/option_rules.ts";
import { type HostTensor, type Tensor, tf } from "../../engine/mod.ts";
import type { BatchDraw } from "../../nn/feeds.ts";
import type { Objective } from "../../nn/objective.ts";
import { boxNumbers } from "./box_shares.ts";
import {
  detectionDefaults,
  detectionFeeds,
  detectionLoss,
  type DetectionLossOptions,
  type DetectionLossSettings,
  detectionRules,
  queryLogits,
  type QuerySizes,
} from "./detection_loss.ts";
import { checkObjects } from "./check_objects.ts";
import { type ImageObjects, matchQueries } from "./match_queries.ts";

/** The objects of images and how to learn them. */
export interface DetectionObjectiveOptions extends DetectionLossOptions, QuerySizes {
  /** The objects of each image. */
  readonly objects: readonly ImageObjects[];
  /**
   * The objects of an image as the augmentations of a batch left them; those of `objects` unless given. The
   * loss of a step is divided by the objects before that.
   */
  readonly moved?: (row: number, draw: BatchDraw) => ImageObjects;
  /**
   * Layers of the decoder that each look for the objects, by a matching of their own (Carion et al., "auxiliary
   * decoding losses"); 1 unless given, the last one alone. With more the head reads the queries of one layer after
   * the other.
   */
  readonly layers?: number;
}

const rules: Rules<DetectionObjectiveOptions> = {
  objects: required(list),
  queries: required(whole),
  classes: required(whole),
  moved: callable,
  layers: whole,
  ...detectionRules,
};

/**
 * The loss of `detectionLoss` over the objects of a step. It reads a family's head `boxes`, which gives
 * [batch, queries, logits + 4]: of each query its logits, with cross-entropy that of "no object" last, and
 * its box as shares of the image. The exported graph gives `logits` and `pred_boxes`, both
 * [batch, queries, …].
 *
 * @throws {TunebookError} of kind `input` for options that make no sense, and of kind `data` for images with
 * more objects than queries and for objects of no class, with all rows.
 *
 * @example
 * ```ts
 * import { detectionObjective } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const objective = detectionObjective({
 *   queries: 2,
 *   classes: 1,
 *   objects: [{ classes: [0], boxes: [0.5, 0.5, 0.2, 0.2] }],
 * });
 * // The second query has the box of the object.
 * const outputs = Float32Array.of(0, 0, 0.1, 0.1, 0.1, 0.1, 0, 0, 0.5, 0.5, 0.2, 0.2);
 * const found = objective.targetsOf([0], 1, { outputs: { shape: [1, 12], data: outputs } });
 * assert.deepEqual([...found.query_classes.data], [1, 0]); // 1 is "no object"
 * ```
 */
export function detectionObjective(options: DetectionObjectiveOptions): Objective {
  checkOptions("detectionObjective", options, rules);
  const { objects, queries, classes, moved, layers = 1, ...given } = options;
  const sizes: QuerySizes = { queries, classes };
  /** Those of all layers, beside each other. */
  const all: QuerySizes = { queries: layers * queries, classes };
  const settings: DetectionLossSettings = { ...detectionDefaults, ...given };
  checkObjects(objects, sizes);
  const logitCount = queryLogits(sizes, settings.classLoss);
  const perQuery = logitCount + boxNumbers;
  const perLayer = queries * perQuery;
  const perRow = layers * perLayer;
  const targets = (own: readonly ImageObjects[], outputs: Float32Array, normaliser: number) => {
    const matches = own.flatMap((own, at) =>
      Array.from({ length: layers }, (_, layer) => {
        const start = at * perRow + layer * perLayer;
        const given = outputs.subarray(start, start + perLayer);
        return { own, matched: matchQueries(given, own, sizes, settings) };
      })
    );
    return feedsOf(matches, { ...sizes, layers }, settings, normaliser);
  };
  /** What the last layer gives, [batch, queries, perQuery]. */
  const lastLayer = (results: Tensor): Tensor => {
    const found = tf.reshape(results, [-1, layers * queries, perQuery]);
    if (layers === 1) return found;
    const [batch] = found.shape;
    return tf.slice(found, [0, (layers - 1) * queries, 0], [batch, queries, perQuery]);
  };
  return {
    name: "object-detection",
    // The head adds one logit, that of "no object".
    head: {
      name: "boxes",
      outputs: logitCount - 1,
      ...(layers === 1 ? {} : { reads: "layerQueries" }),
    },
    outputs: perRow,
    per: "sequence",
    feeds: detectionFeeds(all),
    pool: (results) => tf.reshape(results, [-1, perRow]),
    ...(layers === 1 ? {} : {
      // Boxes are told by the last layer alone.
      perRow: {
        outputs: perLayer,
        batchSize: evaluatedImages,
        of: (results) => tf.reshape(lastLayer(results), [-1, perLayer]),
      },
    }),
    exported(results) {
      const [logits, boxes] = tf.split(lastLayer(results), [logitCount, boxNumbers], 2);
      return { logits, pred_boxes: boxes };
    },
    readExported: ({ logits, pred_boxes: boxes }) => joined([logits, boxes], queries),
    loss: (outputs, feeds) => detectionLoss(outputs, feeds, all, settings),
    // transformers divides by the objects of the batch, too.
    weightOf: (rows) => Array.from(rows, (row) => objects[row].classes.length).reduce(add, 0),
    readsOutputs: true,
    targetsOf(rows, normaliser, { outputs, draw } = {}) {
      if (outputs) {
        const own = Array.from(rows, (row) => moved && draw ? moved(row, draw) : objects[row]);
        return targets(own, outputs.data as Float32Array, normaliser);
      }
      throw new TunebookError(
        "input",
        "targets of object detection are matched with what the model gives; give its outputs",
      );
    },
  };
}

/** Images that are asked together. */
const evaluatedImages = 32;

const add = (a: number, b: number) => a + b;

/** An image, or what one layer of the decoder found in it. */
interface MatchedImage {
  readonly own: ImageObjects;
  readonly matched: Int32Array;
}

/** A box for queries that are not matched: any that has an area. */
const anyBox = [0.5, 0.5, 1, 1];

function feedsOf(
  images: readonly MatchedImage[],
  { queries, classes, layers }: QuerySizes & { readonly layers: number },
  { classLoss, noObjectWeight }: DetectionLossSettings,
  normaliser: number,
): Record<string, HostTensor> {
  const count = images.length * queries;
  const queryClasses = new Int32Array(count).fill(classes);
  const boxes = Float32Array.from(
    { length: count * boxNumbers },
    (_, at) => anyBox[at % boxNumbers],
  );
  const matched = new Float32Array(count);
  images.forEach(({ own, matched: found }, image) => {
    found.forEach((object, query) => {
      if (object < 0) return;
      const at = image * queries + query;
      queryClasses[at] = own.classes[object];
      matched[at] = 1;
      for (let k = 0; k < boxNumbers; k++) {
        boxes[at * boxNumbers + k] = own.boxes[object * boxNumbers + k];
      }
    });
  });
  const pairs = matched.reduce(add, 0);
  const classNormaliser = classLoss === "focal"
    ? normaliser
    : (pairs + (count - pairs) * noObjectWeight) / layers || 1;
  const shape = [images.length / layers, layers * queries];
  const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });
  return {
    query_classes: { shape, data: queryClasses },
    query_boxes: { shape: [...shape, boxNumbers], data: boxes },
    query_matched: { shape, data: matched },
    class_normaliser: scalar(classNormaliser),
    normaliser: scalar(normaliser),
  };
}

/** Rows of several tensors [batch, queries, …] side by side, one image after the other. */
function joined(tensors: readonly HostTensor[], queries: number): Float32Array[] {
  const [{ shape: [batch] }] = tensors;
  return Array.from({ length: batch }, (_, image) => {
    const parts = Array.from(
      { length: queries },
      (_, query) =>
        tensors.flatMap(({ shape, data }) => {
          const from = (image * queries + query) * shape[2];
          return Array.from(data.subarray(from, from + shape[2]), Number);
        }),
    );
    return Float32Array.from(parts.flat());
  });
}
