/**
 * The threshold of the score that has the best F1.
 *
 * @module
 */
import type { ScoreCurve } from "../../chart/score_curve.ts";

/** A threshold of the score, and what the boxes above it are like. */
export interface ScoreThreshold {
  /**
   * Boxes with a higher score count. It lies halfway to the next lower score, so that "above" and "at or
   * above" are the same.
   */
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** The threshold that counts the boxes up to a point of the curve. */
export function thresholdAt({ points }: ScoreCurve, at: number): ScoreThreshold {
  const { score, ...shares } = points[at];
  const below = points[at + 1]?.score ?? (score > 0 ? 0 : score - 1);
  return { threshold: (score + below) / 2, ...shares };
}

/** The threshold with the best F1, the highest of several; undefined where no box counts. */
export function bestPoint(curve: ScoreCurve): ScoreThreshold | undefined {
  const { points } = curve;
  if (points.length === 0) return undefined;
  return thresholdAt(
    curve,
    points.reduce((best, { f1 }, at) => f1 > points[best].f1 ? at : best, 0),
  );
}
