/**
 * The boxes of each class over all images, the surest first. They are sorted once, however often rows are
 * drawn.
 *
 * @module
 */
import type { BoxPredictions } from "../../nn/box_predictions.ts";
import { type ObjectSize, overlaps } from "./coco_settings.ts";
import { type ClassMatches, matchBoxes } from "./match_boxes.ts";

/** The boxes of a class in all images, the surest first; equally sure ones in the order of the images. */
export interface SortedBoxes {
  /** [boxes] */
  readonly scores: Float64Array;
  /** The image of each box, [boxes]. */
  readonly images: Uint32Array;
  /** How many boxes of the class are surer in its image, [boxes]. */
  readonly ranks: Uint8Array;
  /** What became of each box at each overlap, [overlaps · boxes]. */
  readonly verdicts: Uint8Array;
  /** Objects that count in each image, [images]. */
  readonly objects: Uint32Array;
}

type BySize = Partial<Record<ObjectSize, readonly SortedBoxes[]>>;
const known = new WeakMap<BoxPredictions["predicted"], WeakMap<BoxPredictions["truth"], BySize>>();

/** The boxes of each class, in the order of the labels. */
export function sortedBoxes(
  { truth, predicted, labels }: BoxPredictions,
  size: ObjectSize,
): readonly SortedBoxes[] {
  const byTruth = known.get(predicted) ?? new WeakMap<BoxPredictions["truth"], BySize>();
  known.set(predicted, byTruth);
  const kept = byTruth.get(truth) ?? {};
  byTruth.set(truth, kept);
  if (kept[size]?.length === labels.length) return kept[size];
  const byLabel = labels.map((): ImageMatches[] => []);
  truth.forEach((boxes, image) => {
    for (const matches of matchBoxes(boxes, predicted[image], size)) {
      byLabel[matches.label].push({ image, matches });
    }
  });
  return kept[size] = byLabel.map((images) => sorted(images, truth.length));
}

interface ImageMatches {
  readonly image: number;
  readonly matches: ClassMatches;
}

function sorted(all: readonly ImageMatches[], images: number): SortedBoxes {
  const objects = new Uint32Array(images);
  for (const { image, matches } of all) objects[image] = matches.objects;
  const boxes = all.flatMap(({ image, matches }) =>
    Array.from(matches.scores, (score, rank) => ({ score, image, rank, matches }))
  ).sort((a, b) => b.score - a.score);
  const verdicts = new Uint8Array(overlaps.length * boxes.length);
  overlaps.forEach((_, level) => {
    boxes.forEach(({ matches, rank }, at) => {
      verdicts[level * boxes.length + at] = matches.verdicts[level * matches.scores.length + rank];
    });
  });
  return {
    scores: Float64Array.from(boxes, ({ score }) => score),
    images: Uint32Array.from(boxes, ({ image }) => image),
    ranks: Uint8Array.from(boxes, ({ rank }) => rank),
    verdicts,
    objects,
  };
}
