/**
 * How sure the difference of two scores on the same rows is.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import { drawnScore } from "./drawn_score.ts";
import { percentiles, resampledRows } from "./score_interval.ts";

const resamples = 1000;

/** A difference with its 95 % interval over other rows. */
export interface ScoreDifference {
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

/**
 * The second score less the first, on the same rows: these are drawn together (paired bootstrap). NaN on both
 * sides where a score cannot be computed on drawn rows.
 */
export function differenceInterval<Predicted extends AnyPredictions>(
  metric: Metric<number, Predicted>,
  a: Predicted,
  b: Predicted,
): ScoreDifference {
  const difference = metric.compute(b) - metric.compute(a);
  const [first, second] = [drawnScore(metric, a), drawnScore(metric, b)];
  if (!first || !second) return { difference, low: NaN, high: NaN };
  const random = Random.fromSeed(1, "difference");
  const drawn = Array.from({ length: resamples }, () => {
    const rows = resampledRows(random, a.rows);
    return second(rows) - first(rows);
  });
  return { difference, ...percentiles(drawn.filter(Number.isFinite)) };
}
