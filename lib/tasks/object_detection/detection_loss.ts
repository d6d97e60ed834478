/**
 * The loss of a detector whose queries are matched with objects (Carion et al., "End-to-end object
 * detection with transformers", 2020, arXiv 2005.12872).
 *
 * @module
 */
import { type InputSpec, type Tensor, tf } from "../../engine/mod.ts";
import { notNegative, oneOf, type Rules, share } from "../../core/option_rules.ts";
import { crossEntropy } from "../shared/cross_entropy.ts";
import { sigmoidFocal } from "../shared/sigmoid_focal.ts";
import { boxNumbers, generalizedIous } from "./box_shares.ts";

/** How classes and boxes count, in the loss and in the costs by which queries are matched. */
export interface DetectionLossOptions {
  /**
   * `crossEntropy` over the classes and "no object", as DETR and YOLOS; `focal` of each class by itself
   * as Deformable DETR, with no output for "no object". `crossEntropy` unless given.
   */
  readonly classLoss?: "crossEntropy" | "focal";
  /** The weight of "no object" in the cross-entropy; 0.1 unless given (`eos_coefficient`). */
  readonly noObjectWeight?: number;
  /** The share of the objects' own classes in the focal loss, in [0, 1); 0.25 unless given. */
  readonly focalAlpha?: number;
  /** The weight of the distance of the boxes' numbers; 5 unless given (`bbox_loss_coefficient`). */
  readonly boxWeight?: number;
  /** The weight of 1 − generalised IoU; 2 unless given (`giou_loss_coefficient`). */
  readonly giouWeight?: number;
  /** What a wrong class costs a match; 1 unless given (`class_cost`). */
  readonly classCost?: number;
  /** What the distance of the boxes' numbers costs; 5 unless given (`bbox_cost`). */
  readonly boxCost?: number;
  /** What a low generalised IoU costs; 2 unless given (`giou_cost`). */
  readonly giouCost?: number;
}

/** All settings. */
export type DetectionLossSettings = Required<DetectionLossOptions>;

/** What the settings are unless given: those of DETR, Deformable DETR's where DETR has none. */
export const detectionDefaults: DetectionLossSettings = {
  classLoss: "crossEntropy",
  noObjectWeight: 0.1,
  focalAlpha: 0.25,
  boxWeight: 5,
  giouWeight: 2,
  classCost: 1,
  boxCost: 5,
  giouCost: 2,
};

/** What the settings must be. */
export const detectionRules: Rules<DetectionLossOptions> = {
  classLoss: oneOf(["crossEntropy", "focal"]),
  noObjectWeight: notNegative,
  focalAlpha: share,
  boxWeight: notNegative,
  giouWeight: notNegative,
  classCost: notNegative,
  boxCost: notNegative,
  giouCost: notNegative,
};

/** The exponent of the focal loss, as Deformable DETR has it. */
export const focalGamma = 2;

/** What a detector gives of each query. */
export interface QuerySizes {
  readonly queries: number;
  /** Classes, "no object" not among them. */
  readonly classes: number;
}

/** Logits of a query: those of its classes, and with cross-entropy that of "no object", the last one. */
export function queryLogits(
  { classes }: QuerySizes,
  classLoss: DetectionLossSettings["classLoss"],
): number {
  return classLoss === "focal" ? classes : classes + 1;
}

/** What the loss is fed with: for each query what it is matched with. */
export function detectionFeeds({ queries }: QuerySizes): Record<string, InputSpec> {
  const float = { role: "feed", type: "float32" } as const;
  return {
    // The number of "no object" where nothing is matched.
    query_classes: { role: "feed", type: "int32", shape: ["batch", queries] },
    query_boxes: { ...float, shape: ["batch", queries, boxNumbers] },
    // 1 where an object is matched, else 0.
    query_matched: { ...float, shape: ["batch", queries] },
    class_normaliser: { ...float, shape: [] },
    normaliser: { ...float, shape: [] },
  };
}

/**
 * Σ over all queries of the loss of the class, divided by `class_normaliser`, and over the matched ones of
 * boxWeight · |box − target|₁ + giouWeight · (1 − GIoU), divided by `normaliser`, the objects of the
 * step. Equals the loss of transformers' `DetrForObjectDetection` and, with `focal`, of
 * `DeformableDetrForObjectDetection`, both without auxiliary losses; with queries of several layers of the decoder
 * and the normaliser of one it is DETR's loss with them.
 *
 * @param outputs [batch, queries · (logits + 4)]: of each query its logits, then its box as shares of the
 * image (`box_shares.ts`)
 */
export function detectionLoss(
  outputs: Tensor,
  feeds: Readonly<Record<string, Tensor>>,
  sizes: QuerySizes,
  settings: DetectionLossSettings,
): Tensor {
  const { classLoss, noObjectWeight, focalAlpha, boxWeight, giouWeight } = settings;
  const logitCount = queryLogits(sizes, classLoss);
  const rows = tf.reshape(outputs, [-1, logitCount + boxNumbers]); // [batch · queries, …]
  const [logits, boxes] = tf.split(rows, [logitCount, boxNumbers], 1);
  const classes = tf.reshape(feeds.query_classes, [-1]);
  const targets = tf.reshape(feeds.query_boxes, [-1, boxNumbers]);
  const matched = tf.reshape(feeds.query_matched, [-1]);
  const classWeights = [...new Array<number>(sizes.classes).fill(1), noObjectWeight];
  const classSum = classLoss === "crossEntropy"
    ? tf.sum(crossEntropy(logits, classes, { classWeights }))
    : tf.sum(sigmoidFocal(logits, oneHot(classes, logitCount), {
      alpha: focalAlpha,
      gamma: focalGamma,
    }));
  const distances = tf.sum(tf.abs(tf.sub(boxes, targets)), 1);
  const misses = tf.sub(1, generalizedIous(boxes, targets));
  const boxLosses = tf.add(tf.mul(distances, boxWeight), tf.mul(misses, giouWeight));
  return tf.add(
    tf.div(classSum, feeds.class_normaliser),
    tf.div(tf.sum(tf.mul(boxLosses, matched)), feeds.normaliser),
  );
}

/** Class ids [n] → [n, classes]; the id after the classes, of "no object", is 0 everywhere. */
function oneHot(ids: Tensor, classes: number): Tensor {
  const all = tf.oneHot(ids as Parameters<typeof tf.oneHot>[0], classes + 1);
  return tf.cast(tf.slice(all, [0, 0], [-1, classes]), "float32");
}
