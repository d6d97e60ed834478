/**
 * Precision and recall of the boxes of each class over all images, the surest boxes first, as COCO's
 * evaluation accumulates them.
 *
 * @module
 */
import type { BoxPredictions } from "../../nn/box_predictions.ts";
import { mostBoxes, type ObjectSize, overlaps, recalls } from "./coco_settings.ts";
import { verdicts } from "./match_boxes.ts";
import { sortedBoxes } from "./sorted_boxes.ts";

/** What is looked at. */
export interface CurveSettings {
  /** Objects of which size count; all unless given. */
  readonly size?: ObjectSize;
  /** The most boxes of a class in an image; 100 unless given. */
  readonly most?: number;
}

/** The boxes of a class in all images, the surest first. */
export interface ClassBoxes {
  readonly label: number;
  /** Objects that count. */
  readonly objects: number;
  /** [boxes] */
  readonly scores: Float64Array;
  /** How often each box counts: as often as its image was drawn, [boxes]. */
  readonly counts: Uint32Array;
  /** What became of each box at an overlap (a number in `overlaps`), [boxes]. */
  verdictsAt(level: number): Uint8Array;
}

/** The boxes of each class that has objects which count, in the order of the labels. */
export function classBoxes(
  predictions: BoxPredictions,
  { size = "all", most = mostBoxes }: CurveSettings = {},
): ClassBoxes[] {
  const drawn = drawnImages(predictions);
  return sortedBoxes(predictions, size).flatMap((boxes, label) => {
    const { scores, images, ranks, verdicts } = boxes;
    const objects = boxes.objects.reduce((sum, own, image) => sum + own * drawn[image], 0);
    if (objects === 0) return [];
    const counts = images.map((image, at) => ranks[at] < most ? drawn[image] : 0);
    const verdictsAt = (level: number) =>
      verdicts.subarray(level * scores.length, (level + 1) * scores.length);
    return [{ label, objects, scores, counts, verdictsAt }];
  });
}

/** How often each image counts. */
function drawnImages({ truth, drawn }: BoxPredictions): Uint32Array {
  const counts = new Uint32Array(truth.length);
  if (!drawn) return counts.fill(1);
  for (const image of drawn) counts[image]++;
  return counts;
}

/** Precision and recall at each right box: in between, precision only falls and recall stays. */
export interface BoxCurve {
  /** The share of right boxes among those up to each right one, [right boxes]. */
  readonly precision: Float64Array;
  /** The share of the objects that they find, [right boxes]. */
  readonly recall: Float64Array;
}

/** The curve of a class at one overlap. */
export function boxCurve(
  { objects, counts, verdictsAt }: ClassBoxes,
  level: number,
): BoxCurve {
  const found = verdictsAt(level);
  // Each object is found once at most.
  const most = Math.min(found.length, objects);
  const [precision, recall] = [new Float64Array(most), new Float64Array(most)];
  let [right, wrong, at] = [0, 0, 0];
  for (let box = 0; box < found.length; box++) {
    const count = counts[box];
    if (found[box] === verdicts.wrong) wrong += count;
    if (found[box] !== verdicts.right || count === 0) continue;
    right += count;
    precision[at] = right / (right + wrong);
    recall[at++] = right / objects;
  }
  return { precision: precision.subarray(0, at), recall: recall.subarray(0, at) };
}

/**
 * The best precision of any threshold that reaches each of 101 recalls, 0 where none does, [recalls].
 */
export function precisionAtRecalls({ precision, recall }: BoxCurve): Float64Array {
  const best = precision.slice();
  for (let at = best.length - 1; at > 0; at--) {
    if (best[at] > best[at - 1]) best[at - 1] = best[at];
  }
  let at = 0;
  return recalls.map((wanted) => {
    while (at < recall.length && recall[at] < wanted) at++;
    return at < recall.length ? best[at] : 0;
  });
}

/** The area under each class's curve, the mean over the overlaps; by label, [classes with objects]. */
export function averagePrecisions(
  predictions: BoxPredictions,
  { levels = overlaps.map((_, level) => level), ...settings }: CurveSettings & {
    /** Numbers of overlaps; all of them unless given. */
    readonly levels?: ArrayLike<number>;
  } = {},
): { readonly label: number; readonly value: number }[] {
  return classBoxes(predictions, settings).map((boxes) => ({
    label: boxes.label,
    value: mean(Array.from(levels, (level) => mean(precisionAtRecalls(boxCurve(boxes, level))))),
  }));
}

/** The share of each class's objects that are found, the mean over the overlaps. */
export function averageRecalls(
  predictions: BoxPredictions,
  settings: CurveSettings = {},
): { readonly label: number; readonly value: number }[] {
  return classBoxes(predictions, settings).map((boxes) => ({
    label: boxes.label,
    value: mean(Array.from(overlaps, (_, level) => boxCurve(boxes, level).recall.at(-1) ?? 0)),
  }));
}

/** The mean of some numbers; NaN of none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
