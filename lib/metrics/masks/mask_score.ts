/**
 * A score of masks that is a mean over classes, with what it is for each class.
 *
 * @module
 */
import type { MaskPredictions } from "../../nn/mask_predictions.ts";
import { additiveMetric, sumOfRows } from "../additive_metric.ts";
import { type Metric, metric, type RowStatistics } from "../metric.ts";

/** A score with what it is for each class. */
export interface MaskScore extends Metric<number, MaskPredictions> {
  /** The score of each class by name; NaN (null in JSON) where it is not defined. */
  readonly perClass: Metric<Record<string, number>, MaskPredictions>;
}

/** How the score of each class is made. */
export interface MaskScoreParts {
  readonly name: string;
  readonly title: string;
  /** Numbers of each row that add up. */
  statistics(predictions: MaskPredictions): RowStatistics;
  /** The score of each class of their sums; NaN where it is not defined. */
  classScores(sums: Float64Array): number[];
  /** The score of all classes; the mean of those that are defined unless given. */
  scoreOf?(sums: Float64Array): number;
}

const shared = { kinds: ["mask"], better: "higher", range: [0, 1] } as const;

/** Makes a score of masks. */
export function maskScore(
  { name, title, statistics, classScores, scoreOf = (sums) => meanOfDefined(classScores(sums)) }:
    MaskScoreParts,
): MaskScore {
  return Object.freeze({
    ...additiveMetric<MaskPredictions>({
      ...shared,
      name,
      title,
      additive: { statistics, scoreOf },
    }),
    perClass: metric<Record<string, number>, MaskPredictions>({
      ...shared,
      name: `${name}.perClass`,
      isTable: true,
      compute(predictions) {
        const scores = classScores(sumOfRows(statistics(predictions)));
        return Object.fromEntries(predictions.labels.map((label, at) => [label, scores[at]]));
      },
    }),
  });
}

/** The mean of the numbers that are defined; NaN where none is. */
export function meanOfDefined(values: readonly number[]): number {
  const defined = values.filter((value) => !Number.isNaN(value));
  return defined.reduce((sum, value) => sum + value, 0) / defined.length;
}
