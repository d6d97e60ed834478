/**
 * The threshold of the score that has the best F1.
 *
 * @module
 */
import type { ScoreCurve, ScorePoint } from "../../chart/score_curve.ts";

/** The point with the best F1, the highest threshold of several; undefined where no box counts. */
export function bestPoint({ points }: ScoreCurve): ScorePoint | undefined {
  const [first, ...others] = points;
  return others.reduce((best, point) => point.f1 > best.f1 ? point : best, first);
}
