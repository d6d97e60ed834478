/**
 * Precision and recall of boxes at every threshold of the score.
 *
 * @module
 */
import type { ScoreCurve, ScorePoint } from "../../chart/score_curve.ts";
import { ratio } from "../class_score.ts";
import { boxCurve, type ClassBoxes, mean, precisionAtRecalls } from "./class_curves.ts";
import { verdicts } from "./match_boxes.ts";

/** The curve of a class at one overlap, a number in `overlaps`. */
export function scoreCurve(label: string, boxes: ClassBoxes, level: number): ScoreCurve {
  return joinedCurve(label, [boxes], level);
}

/**
 * The curve of the boxes of several classes together, each with the same threshold; its average precision
 * is the mean of theirs.
 */
export function joinedCurve(
  label: string,
  classes: readonly ClassBoxes[],
  level: number,
): ScoreCurve {
  const objects = classes.reduce((sum, boxes) => sum + boxes.objects, 0);
  const boxes = classes.flatMap(({ scores, counts, verdictsAt }) =>
    Array.from(
      verdictsAt(level),
      (verdict, at) => ({ verdict, score: scores[at], count: counts[at] }),
    )
  ).filter(({ count }) => count > 0).sort((a, b) => b.score - a.score);
  return {
    label,
    objects,
    points: pointsOf(boxes, objects),
    averagePrecision: mean(classes.map((each) => mean(precisionAtRecalls(boxCurve(each, level))))),
  };
}

interface CountedBox {
  readonly verdict: number;
  readonly score: number;
  readonly count: number;
}

/** One point for boxes with the same score, which count or do not count together. */
function pointsOf(boxes: readonly CountedBox[], objects: number): ScorePoint[] {
  const points: (ScorePoint & { readonly isFound: boolean })[] = [];
  let [right, wrong, before] = [0, 0, 0];
  boxes.forEach(({ verdict, score, count }, at) => {
    if (verdict === verdicts.right) right += count;
    else if (verdict === verdicts.wrong) wrong += count;
    const next = boxes[at + 1]?.score ?? (score > 0 ? 0 : score - 1);
    if (next === score && at + 1 < boxes.length) return;
    if (right + wrong === 0) return;
    points.push({
      score,
      threshold: (score + next) / 2,
      precision: right / (right + wrong),
      recall: ratio(right, objects),
      f1: 2 * right / (right + wrong + objects),
      isFound: right > before,
    });
    before = right;
  });
  return points
    .filter(({ isFound }, at) => isFound || (points[at + 1]?.isFound ?? true))
    .map(({ isFound: _, ...point }) => point);
}
