/**
 * Which of the boxes that a model found in an image are right, as COCO's evaluation pairs them.
 *
 * @module
 */
import type { ScoredBox, TrueBox } from "../../nn/box_predictions.ts";
import { boxOverlap } from "./box_overlap.ts";
import { mostBoxes, type ObjectSize, overlaps, sizes } from "./coco_settings.ts";

/** What became of a found box at one overlap: it is wrong, it is right, or it does not count. */
export const verdicts = { wrong: 0, right: 1, uncounted: 2 } as const;

/** The boxes of one class in one image. */
export interface ClassMatches {
  /** The class by number. */
  readonly label: number;
  /** The scores of the found boxes, the highest first. */
  readonly scores: Float64Array;
  /** What became of each found box at each overlap, [overlaps · found]. */
  readonly verdicts: Uint8Array;
  /** Objects that count. */
  readonly objects: number;
}

/** The boxes of one image by class; classes that are neither true nor found in it are left out. */
export function matchBoxes(
  truth: readonly TrueBox[],
  predicted: readonly ScoredBox[],
  size: ObjectSize,
): ClassMatches[] {
  return classesOf(truth, predicted).map((label) =>
    matchClass(
      label,
      truth.filter((each) => each.label === label),
      predicted.filter((each) => each.label === label),
      sizes[size],
    )
  );
}

function classesOf(truth: readonly TrueBox[], predicted: readonly ScoredBox[]): number[] {
  return [...new Set([...truth, ...predicted].map(({ label }) => label))].sort((a, b) => a - b);
}

/**
 * Each found box, the surest first, takes the object that it covers best of those that are not taken, if
 * the overlap is large enough; objects that do not count only where no other is. A crowd can be taken
 * by many.
 */
function matchClass(
  label: number,
  all: readonly TrueBox[],
  boxes: readonly ScoredBox[],
  [least, most]: readonly [number, number],
): ClassMatches {
  const isOutside = (area: number) => area < least || area > most;
  const isUncounted = ({ box, isCrowd, area }: TrueBox) =>
    isCrowd === true || isOutside(area ?? box[2] * box[3]);
  // Objects that count come first.
  const truth = [...all.filter((each) => !isUncounted(each)), ...all.filter(isUncounted)];
  const objects = all.filter((each) => !isUncounted(each)).length;
  const found = boxes.toSorted((a, b) => b.score - a.score).slice(0, mostBoxes);
  const covered = found.map(({ box }) =>
    truth.map((each) => boxOverlap(box, each.box, each.isCrowd))
  );
  const results = new Uint8Array(overlaps.length * found.length);
  overlaps.forEach((overlap, level) => {
    const taken = new Uint8Array(truth.length);
    found.forEach(({ box }, at) => {
      let best = -1;
      let reached = Math.min(overlap, largestWanted);
      for (let t = 0; t < truth.length; t++) {
        if (taken[t] && !truth[t].isCrowd) continue;
        if (best >= 0 && best < objects && t >= objects) break;
        if (covered[at][t] < reached) continue;
        reached = covered[at][t];
        best = t;
      }
      if (best >= 0) taken[best] = 1;
      const counts = best >= 0 ? best < objects : !isOutside(box[2] * box[3]);
      const { right, wrong, uncounted } = verdicts;
      results[level * found.length + at] = !counts ? uncounted : best >= 0 ? right : wrong;
    });
  });
  return {
    label,
    scores: Float64Array.from(found, ({ score }) => score),
    verdicts: results,
    objects,
  };
}

/** A box that covers an object wholly is right at an overlap of 1, whatever rounding makes of it. */
const largestWanted = 1 - 1e-10;
