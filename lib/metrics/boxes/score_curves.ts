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
  return {
    label,
    objects: boxes.objects,
    points: pointsOf(boxes.scores, boxes.verdictsAt(level), boxes.objects),
    averagePrecision: mean(precisionAtRecalls(boxCurve(boxes, level))),
  };
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
  const scores = classes.flatMap((boxes) => [...boxes.scores]);
  const found = classes.flatMap((boxes) => [...boxes.verdictsAt(level)]);
  const order = Uint32Array.from(scores, (_, at) => at).sort((a, b) => scores[b] - scores[a]);
  const objects = classes.reduce((sum, boxes) => sum + boxes.objects, 0);
  return {
    label,
    objects,
    points: pointsOf(
      Float64Array.from(order, (at) => scores[at]),
      Uint8Array.from(order, (at) => found[at]),
      objects,
    ),
    averagePrecision: mean(
      classes.map((boxes) => mean(precisionAtRecalls(boxCurve(boxes, level)))),
    ),
  };
}

/** One point for boxes with the same score: they count or do not count together. */
function pointsOf(scores: Float64Array, found: Uint8Array, objects: number): ScorePoint[] {
  const points: ScorePoint[] = [];
  let [right, wrong] = [0, 0];
  found.forEach((verdict, at) => {
    if (verdict === verdicts.right) right++;
    else if (verdict === verdicts.wrong) wrong++;
    if (scores[at + 1] === scores[at] || right + wrong === 0) return;
    points.push({
      score: scores[at],
      precision: right / (right + wrong),
      recall: ratio(right, objects),
      f1: 2 * right / (right + wrong + objects),
    });
  });
  return points;
}
