/**
 * Which query of a detector stands for which object of an image.
 *
 * @module
 */
import { assign } from "./assign.ts";
import { boxNumbers, generalizedIou } from "./box_shares.ts";
import {
  type DetectionLossSettings,
  focalGamma,
  queryLogits,
  type QuerySizes,
} from "./detection_loss.ts";

/** The objects of one image as a detector learns them. */
export interface ImageObjects {
  /** The class of each object by number, [objects]. */
  readonly classes: ArrayLike<number>;
  /** [objects · 4], shares of the image (`box_shares.ts`). */
  readonly boxes: ArrayLike<number>;
}

/**
 * For each query the number of its object, or −1: the pairs that cost the least together, where a pair
 * costs by its class, the distance of the boxes' numbers and their generalised IoU. The class costs
 * −p, or with `focal` the focal loss as an object less the one as none. Equals transformers'
 * `HungarianMatcher` and `DeformableDetrHungarianMatcher`.
 *
 * Throws an error of kind "diverged" for outputs that are not finite.
 *
 * @param outputs what the model gives for the image, [queries · (logits + 4)]
 */
export function matchQueries(
  outputs: Float32Array,
  { classes, boxes }: ImageObjects,
  sizes: QuerySizes,
  settings: DetectionLossSettings,
): Int32Array {
  const { queries } = sizes;
  const objects = classes.length;
  const logitCount = queryLogits(sizes, settings.classLoss);
  const perQuery = logitCount + boxNumbers;
  const costs = new Float64Array(queries * objects);
  for (let query = 0; query < queries && objects > 0; query++) {
    const own = outputs.subarray(query * perQuery, (query + 1) * perQuery);
    const classCosts = classCostsOf(own.subarray(0, logitCount), settings);
    for (let object = 0; object < objects; object++) {
      let distance = 0;
      for (let at = 0; at < boxNumbers; at++) {
        distance += Math.abs(own[logitCount + at] - boxes[object * boxNumbers + at]);
      }
      const overlap = generalizedIou(own, boxes, [logitCount, object * boxNumbers]);
      costs[query * objects + object] = settings.classCost * classCosts[classes[object]] +
        settings.boxCost * distance - settings.giouCost * overlap;
    }
  }
  return assign(costs, queries, objects);
}

/** Added to a probability before its logarithm is taken, as in Deformable DETR. */
const leastProbability = 1e-8;

/** What an object of each class costs a query. */
function classCostsOf(
  logits: Float32Array,
  { classLoss, focalAlpha }: DetectionLossSettings,
): Float64Array {
  if (classLoss === "crossEntropy") {
    const top = logits.reduce((a, b) => Math.max(a, b));
    const powers = Float64Array.from(logits, (logit) => Math.exp(logit - top));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => -power / sum);
  }
  return Float64Array.from(logits, (logit) => {
    const yes = 1 / (1 + Math.exp(-logit));
    const loss = (right: number, weight: number) =>
      -weight * (1 - right) ** focalGamma * Math.log(right + leastProbability);
    return loss(yes, focalAlpha) - loss(1 - yes, 1 - focalAlpha);
  });
}
