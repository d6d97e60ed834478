/**
 * Precision and recall of the boxes of each class over all images, the surest boxes first, as COCO's
 * evaluation accumulates them.
 *
 * @module
 */
import type { BoxPredictions } from "../../nn/box_predictions.ts";
import { ratio } from "../class_score.ts";
import { mostBoxes, type ObjectSize, overlaps, recalls } from "./coco_settings.ts";
import { type ClassMatches, matchBoxes, verdicts } from "./match_boxes.ts";

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
  /** What became of each box at an overlap (a number in `overlaps`), [boxes]. */
  verdictsAt(level: number): Uint8Array;
}

/** The boxes of each class that has objects which count, in the order of the labels. */
export function classBoxes(
  { truth, predicted, labels }: BoxPredictions,
  { size = "all", most = mostBoxes }: CurveSettings = {},
): ClassBoxes[] {
  const byLabel = labels.map((): ClassMatches[] => []);
  truth.forEach((boxes, row) => {
    for (const each of matchBoxes(boxes, predicted[row], size)) byLabel[each.label].push(each);
  });
  return byLabel.flatMap((images, label) => {
    const objects = images.reduce((sum, each) => sum + each.objects, 0);
    if (objects === 0) return [];
    const counts = images.map(({ scores }) => Math.min(most, scores.length));
    const all = images.flatMap(({ scores }, at) => [...scores.subarray(0, counts[at])]);
    // Boxes with equal scores stay in the order of the images.
    const order = Uint32Array.from(all, (_, at) => at).sort((a, b) => all[b] - all[a]);
    return [{
      label,
      objects,
      scores: Float64Array.from(order, (at) => all[at]),
      verdictsAt(level: number) {
        const joined = images.flatMap(({ scores, verdicts }, at) => {
          const from = level * scores.length;
          return [...verdicts.subarray(from, from + counts[at])];
        });
        return Uint8Array.from(order, (at) => joined[at]);
      },
    }];
  });
}

/** How many boxes are right and wrong up to each box, and with it precision and recall. */
export interface BoxCurve {
  /** The share of right boxes among those up to each, [boxes]. */
  readonly precision: Float64Array;
  /** The share of the objects that they find, [boxes]. */
  readonly recall: Float64Array;
}

/** The curve of a class at one overlap. */
export function boxCurve({ objects, verdictsAt }: ClassBoxes, level: number): BoxCurve {
  const found = verdictsAt(level);
  const precision = new Float64Array(found.length);
  const recall = new Float64Array(found.length);
  let [right, wrong] = [0, 0];
  found.forEach((verdict, at) => {
    if (verdict === verdicts.right) right++;
    else if (verdict === verdicts.wrong) wrong++;
    precision[at] = ratio(right, right + wrong);
    recall[at] = right / objects;
  });
  return { precision, recall };
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
