/**
 * What a detector found in an image, from what it gives of each query.
 *
 * @module
 */
import type { ScoredBox } from "../../nn/box_predictions.ts";
import { boxNumbers } from "./box_shares.ts";
import { type DetectionLossSettings, queryLogits, type QuerySizes } from "./detection_loss.ts";

/** Of a focal detector's pairs of query and class, so many are answers, as in Deformable DETR. */
const mostPairs = 100;

/** The image that the shares are of, in pixels. */
export interface ImageSides {
  readonly width: number;
  readonly height: number;
}

/**
 * The boxes in pixels, with their classes and probabilities, in any order. With `crossEntropy` each
 * query is one box of its likeliest class ("no object" aside); with `focal` the 100 likeliest pairs of
 * query and class are boxes. Equals `post_process_object_detection` of transformers' image processors
 * with the threshold 0.
 *
 * @param outputs what the model gives for the image, [queries · (logits + 4)]
 */
export function boxesOfQueries(
  outputs: Float32Array,
  sizes: QuerySizes,
  { classLoss }: Pick<DetectionLossSettings, "classLoss">,
  image: ImageSides,
): ScoredBox[] {
  const logitCount = queryLogits(sizes, classLoss);
  const perQuery = logitCount + boxNumbers;
  const queries = Array.from({ length: sizes.queries }, (_, query) => {
    const own = outputs.subarray(query * perQuery, (query + 1) * perQuery);
    const box = pixelsOf(own.subarray(logitCount), image);
    return { logits: own.subarray(0, logitCount), box };
  });
  if (classLoss === "crossEntropy") {
    return queries.map(({ logits, box }) => ({ box, ...likeliest(logits, sizes.classes) }));
  }
  return queries.flatMap(({ logits, box }) =>
    Array.from(logits, (logit, label) => ({ box, label, score: 1 / (1 + Math.exp(-logit)) }))
  ).sort((a, b) => b.score - a.score).slice(0, mostPairs);
}

function pixelsOf(
  [x, y, width, height]: Float32Array,
  image: ImageSides,
): [number, number, number, number] {
  return [
    (x - width / 2) * image.width,
    (y - height / 2) * image.height,
    width * image.width,
    height * image.height,
  ];
}

/** The class with the largest logit and its share of all, "no object" included. */
function likeliest(logits: Float32Array, classes: number): { label: number; score: number } {
  const top = logits.reduce((a, b) => Math.max(a, b));
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b);
  const label = powers.slice(0, classes)
    .reduce((best, power, at, all) => power > all[best] ? at : best, 0);
  return { label, score: powers[label] / sum };
}
