/**
 * How a score grows with rows, and what more of them would bring.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import { percentiles, resampledRows } from "../compare/score_interval.ts";

/** Scores of the same rows by a probe that learned from some of the others. */
export interface CurvePoint {
  /** Rows that it learned from. */
  readonly rows: number;
  /** The score of each row that was held out, in the order of all points, at most 1. */
  readonly scores: Float64Array;
}

/** A learning curve. */
export interface LearningCurve {
  readonly points: readonly { readonly rows: number; readonly score: number }[];
  /** The score that all rows give by the fitted curve. */
  readonly now: number;
  /** What twice as many rows are foreseen to add, with its 95 % interval over other rows. */
  readonly gain: { readonly mean: number; readonly low: number; readonly high: number };
}

const resamples = 200;
/** Exponents of the power law that are tried; measured ones lie between. */
const exponents = Array.from({ length: 20 }, (_, at) => 0.1 * (at + 1));

/**
 * Fits 1 − score = a + b · rows^−c, the usual shape of learning curves (Hestness et al., "Deep learning scaling
 * is predictable, empirically", 2017, arXiv 1712.00409), with a and b not below 0, by least squares.
 *
 * @param rows so many there are for the whole training
 */
export function learningCurve(
  points: readonly CurvePoint[],
  rows: number,
  seed: number,
): LearningCurve {
  const sizes = points.map((point) => point.rows);
  const gainOf = (errors: readonly number[]) => {
    const errorAt = powerLaw(sizes, errors);
    return { now: 1 - errorAt(rows), gain: errorAt(rows) - errorAt(2 * rows) };
  };
  const errors = points.map(({ scores }) => 1 - meanOf(scores));
  const { now, gain } = gainOf(errors);
  const random = Random.fromSeed(seed, "learning curve");
  const drawn = Array.from({ length: resamples }, () => {
    const chosen = resampledRows(random, points[0].scores.length);
    return gainOf(points.map(({ scores }) => 1 - meanOf(scores, chosen))).gain;
  });
  return {
    points: points.map(({ rows, scores }) => ({ rows, score: meanOf(scores) })),
    now,
    gain: { mean: gain, ...percentiles(drawn) },
  };
}

function meanOf(scores: Float64Array, chosen?: Int32Array): number {
  if (!chosen) return scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return chosen.reduce((sum, row) => sum + scores[row], 0) / chosen.length;
}

/** The error at a number of rows, by the curve of the least squares. */
function powerLaw(
  sizes: readonly number[],
  errors: readonly number[],
): (rows: number) => number {
  const fits = exponents.map((c) => ({ c, ...notNegativeLine(sizes.map((n) => n ** -c), errors) }));
  const { a, b, c } = fits.reduce((best, each) => each.squares < best.squares ? each : best);
  return (rows) => a + b * rows ** -c;
}

/** a + b · x of the least squares with neither below 0. */
function notNegativeLine(
  x: readonly number[],
  y: readonly number[],
): { readonly a: number; readonly b: number; readonly squares: number } {
  const count = x.length;
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const [meanX, meanY] = [sum(x) / count, sum(y) / count];
  const spread = sum(x.map((each) => (each - meanX) ** 2));
  const slope = spread > 0 ? sum(x.map((each, i) => (each - meanX) * (y[i] - meanY))) / spread : 0;
  const squaresOf = (a: number, b: number) => sum(x.map((each, i) => (y[i] - a - b * each) ** 2));
  const candidates = [
    [meanY - slope * meanX, slope],
    [0, sum(x.map((each, i) => each * y[i])) / sum(x.map((each) => each ** 2))],
    [Math.max(0, meanY), 0],
  ].filter(([a, b]) => a >= 0 && b >= 0).map(([a, b]) => ({ a, b, squares: squaresOf(a, b) }));
  return candidates.reduce((best, each) => each.squares < best.squares ? each : best);
}
