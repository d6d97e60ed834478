/**
 * How sure a score is: 95 % confidence intervals.
 *
 * @module
 */
import type { AnyPredictions } from "../../nn/predictions.ts";
import { Random } from "../../core/random.ts";
import type { Metric } from "../../metrics/metric.ts";
import { wilsonInterval } from "../../core/wilson_interval.ts";
import { sumOfRows } from "../../metrics/additive_metric.ts";
import { drawnScore } from "./drawn_score.ts";

/** A score with its 95 % confidence interval. */
export interface ScoreInterval {
  /** The mean over the seeds or folds. */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /**
   * `seeds`: Student's t over the seeds' scores, which says how far another seed may be off on the
   * same held-out rows. `rows`: percentiles of the bootstrap over the held-out rows of one run,
   * which says how far other rows may be off; of a share of rows, and where all rows are right or wrong, Wilson's
   * interval; where a row must not come twice, the jackknife's normal interval. `folds`: Student's t over the folds of a cross-validation, with the variance of folds that share
   * training rows (Nadeau and Bengio, 2003), which says how far other rows may be off. `nothing`: one run of a score that cannot be computed on drawn rows; low and high are the
   * score itself.
   */
  readonly over: "seeds" | "rows" | "folds" | "nothing";
}

/** Student's t at .975 for 1, 2, … 30 degrees of freedom; more are treated as 30. */
// deno-fmt-ignore
const student = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
  2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
  2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** The interval of the mean of two or more seeds' scores, as far as the metric reaches. */
export function seedInterval(
  scores: readonly number[],
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): ScoreInterval {
  const count = scores.length;
  const mean = scores.reduce((sum, score) => sum + score, 0) / count;
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (count - 1);
  const freedom = Math.min(count - 1, student.length);
  const half = student[freedom - 1] * Math.sqrt(variance / count);
  return {
    mean,
    low: Math.max(least, mean - half),
    high: Math.min(most, mean + half),
    over: "seeds",
  };
}

const mostResamples = 1000;
/** Fewer say little of a tail of 2.5 %. */
const leastResamples = 100;
/** Rows that are drawn in all: of many rows the interval is narrow, and fewer draws find it. */
const drawnRows = 2e6;
const tail = 0.025;

/**
 * The interval of one run's score (Efron and Tibshirani, 1993): rows drawn with replacement, or, where
 * the metric wants it, each row left out once. Shares of rows, such as the accuracy, have Wilson's interval (1927),
 * which is right near 0 and 1, too; so have other scores where every row is right, or every row wrong.
 */
export function rowInterval<Predicted extends AnyPredictions>(
  metric: Metric<number, Predicted>,
  predictions: Predicted,
): ScoreInterval {
  const mean = metric.compute(predictions);
  if (metric.leaveOneOut) return jackknife(mean, metric.leaveOneOut(predictions), metric.range);
  const share = rowShare(metric, predictions);
  if (share) return { mean, low: share.low, high: share.high, over: "rows" };
  const drawn = drawnScore(metric, predictions);
  if (!drawn) return { mean, low: mean, high: mean, over: "nothing" };
  const random = Random.fromSeed(1, "bootstrap");
  const resamples = Math.min(
    mostResamples,
    Math.max(leastResamples, Math.round(drawnRows / predictions.rows)),
  );
  const scores: number[] = [];
  for (let i = 0; i < resamples; i++) {
    const rows = resampledRows(random, predictions.rows);
    const score = drawn(rows);
    // Rows that happen to lack a class leave some metrics undefined.
    if (Number.isFinite(score)) scores.push(score);
  }
  const { low, high } = percentiles(scores);
  const isSame = low === mean && high === mean;
  const found = isSame ? atTheEnd(mean, predictions.rows, metric.range) : undefined;
  return { mean, ...found ?? { low, high }, over: "rows" };
}

/** Wilson's interval of a score that is the share of rows that are right; undefined for others. */
function rowShare<Predicted extends AnyPredictions>(
  { additive, range }: Metric<number, Predicted>,
  predictions: Predicted,
): { readonly low: number; readonly high: number } | undefined {
  if (!additive || range?.[0] !== 0 || range[1] !== 1) return undefined;
  const { size, values } = additive.statistics(predictions);
  const isShare = size === 2 &&
    values.every((value, at) => value === 1 || (at % 2 === 0 && value === 0));
  if (!isShare) return undefined;
  const sums = sumOfRows({ size, values });
  const [right, rows] = sums;
  return additive.scoreOf(sums) === right / rows ? wilsonInterval(right, rows) : undefined;
}

/**
 * The interval of a score that is as good or as bad as it can be on each row, where drawn rows tell nothing: as far
 * from the end as the score would be if the share of rows that Wilson's interval allows had the other end's.
 */
function atTheEnd(
  mean: number,
  rows: number,
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): { readonly low: number; readonly high: number } | undefined {
  const width = most - least;
  if (!Number.isFinite(width)) return undefined;
  const others = width * wilsonInterval(0, rows).high;
  if (mean === most) return { low: most - others, high: most };
  return mean === least ? { low: least, high: least + others } : undefined;
}

/** As many rows as there are, drawn with replacement. */
export function resampledRows(random: Random, rows: number): Int32Array {
  return Int32Array.from({ length: rows }, () => random.integer(rows));
}

/** Between which values 95 % of some lie; NaN for none. */
export function percentiles(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
  return { low: at(tail), high: at(1 - tail) };
}

/** Standard errors on both sides of the mean that hold 95 % of a normal distribution. */
const normalErrors = 1.96;

/** The normal interval from the scores without each row (Efron and Tibshirani, 1993, chapter 11). */
function jackknife(
  mean: number,
  scores: Float64Array,
  [least, most]: readonly [number, number] = [-Infinity, Infinity],
): ScoreInterval {
  const rows = scores.length;
  const middle = scores.reduce((sum, score) => sum + score, 0) / rows;
  const squares = scores.reduce((sum, score) => sum + (score - middle) ** 2, 0);
  const half = normalErrors * Math.sqrt(squares * (rows - 1) / rows);
  return {
    mean,
    low: Math.max(least, mean - half),
    high: Math.min(most, mean + half),
    over: "rows",
  };
}
