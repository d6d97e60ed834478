/**
 * Gaussian process regression with a Matérn 5/2 kernel and a length of its own for each dimension
 * (Rasmussen and Williams 2006, chapters 2 and 5).
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { cholesky, inverseOf, logDeterminant, product } from "../../../core/cholesky.ts";
import { minimizeBetween } from "./minimize_between.ts";

/** Points with their values. */
export interface Observations {
  /** One after another, [rows, dimensions]: numbers from 0 to 1, or of choices the number of the value. */
  readonly points: Float64Array;
  /** With mean 0 and variance 1. */
  readonly values: Float64Array;
  /** Which dimensions have no order: two values of them are at distance 0 or 1. */
  readonly isChoice: readonly boolean[];
}

/** What the kernel is made of. */
export interface KernelSizes {
  /** How far a change reaches, one for each dimension. */
  readonly lengths: Float64Array;
  /** The variance of the function. */
  readonly signal: number;
  /** The variance of what is added to each value. */
  readonly noise: number;
}

/** A function that was learnt: what it is at a point, and how sure that is. */
export interface Regression extends KernelSizes {
  readonly observations: Observations;
  /** The logarithm of the marginal likelihood of the values. */
  readonly logLikelihood: number;
  /** [rows, rows] */
  readonly inverse: Float64Array;
  /** The inverse times the values. */
  readonly coefficients: Float64Array;
}

/** Noise is at least this, so that equal points do not make the matrix singular. */
export const leastNoise = 1e-9;

/** The covariance at a squared distance r², and its derivative by r²; both for a variance of 1. */
function matern(squared: number): [value: number, slope: number] {
  const root = Math.sqrt(5 * squared);
  const decay = Math.exp(-root);
  return [(1 + root + 5 * squared / 3) * decay, -5 / 6 * (1 + root) * decay];
}

/** The squared difference in one dimension. */
function gapOf(a: number, b: number, isChoice: boolean): number {
  return isChoice ? Number(a !== b) : (a - b) ** 2;
}

/** The regression for given sizes; `undefined` where the matrix is singular. */
export function regressionOf(
  observations: Observations,
  sizes: KernelSizes,
): Regression | undefined {
  const { points, values, isChoice } = observations;
  const { lengths, signal, noise } = sizes;
  const [rows, width] = [values.length, isChoice.length];
  const matrix = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    matrix[a * rows + a] = signal + noise;
    for (let b = 0; b < a; b++) {
      let squared = 0;
      for (let i = 0; i < width; i++) {
        const gap = gapOf(points[a * width + i], points[b * width + i], isChoice[i]);
        squared += gap / lengths[i] ** 2;
      }
      matrix[a * rows + b] = matrix[b * rows + a] = signal * matern(squared)[0];
    }
  }
  const lower = cholesky(matrix, rows);
  if (lower === undefined) return undefined;
  const inverse = inverseOf(lower, rows);
  const coefficients = product(inverse, values);
  const fit = values.reduce((sum, value, row) => sum + value * coefficients[row], 0);
  const logLikelihood = -0.5 * (fit + logDeterminant(lower, rows) + rows * Math.log(2 * Math.PI));
  return { ...sizes, observations, logLikelihood, inverse, coefficients };
}

/** Logarithms of lengths, signal and noise above the least → the sizes. */
function sizesOf(logs: Float64Array): KernelSizes {
  const width = logs.length - 2;
  return {
    lengths: logs.slice(0, width).map(Math.exp),
    signal: Math.exp(logs[width]),
    noise: leastNoise + Math.exp(logs[width + 1]),
  };
}

/**
 * The derivatives of the marginal likelihood by the logarithms of lengths, signal and noise above the
 * least (Rasmussen and Williams, equation 5.9).
 */
export function likelihoodGradient(regression: Regression): Float64Array {
  const { observations, lengths, signal, noise, inverse, coefficients } = regression;
  const { points, values, isChoice } = observations;
  const [rows, width] = [values.length, isChoice.length];
  const gradient = new Float64Array(width + 2);
  const gaps = new Float64Array(width);
  for (let a = 0; a < rows; a++) {
    const own = coefficients[a] ** 2 - inverse[a * rows + a];
    gradient[width] += 0.5 * own * signal;
    gradient[width + 1] += 0.5 * own * (noise - leastNoise);
    for (let b = 0; b < a; b++) {
      let squared = 0;
      for (let i = 0; i < width; i++) {
        const gap = gapOf(points[a * width + i], points[b * width + i], isChoice[i]);
        gaps[i] = gap / lengths[i] ** 2;
        squared += gaps[i];
      }
      const [value, slope] = matern(squared);
      // Each pair stands twice in the symmetric matrix.
      const weight = (coefficients[a] * coefficients[b] - inverse[a * rows + b]) * signal;
      gradient[width] += weight * value;
      for (let i = 0; i < width; i++) gradient[i] -= 2 * weight * slope * gaps[i];
    }
  }
  return gradient;
}

/**
 * Priors, normal in the logarithms: lengths grow with the root of the dimensions (Hvarfner et al. 2024,
 * "Vanilla Bayesian Optimization Performs Great in High Dimensions"), the signal lies about 1, which is
 * the variance of the values.
 */
const priorVariance = 3;
const priorLength = (width: number) => Math.SQRT2 + 0.5 * Math.log(width);
/** The scale of the horseshoe prior of the noise (Snoek et al. 2012, as in Spearmint). */
const noiseScale = 0.1;

/** The logarithm of the prior, and its derivatives added to the gradient. */
function addLogPrior(logs: Float64Array, gradient: Float64Array): number {
  const width = logs.length - 2;
  let sum = 0;
  const length = priorLength(width);
  for (let i = 0; i < width; i++) {
    // The density is that of the length, not of its logarithm.
    const off = logs[i] - length;
    sum -= 0.5 * off * off / priorVariance + logs[i];
    gradient[i] -= off / priorVariance + 1;
  }
  sum -= 0.5 * logs[width] ** 2 / priorVariance;
  gradient[width] -= logs[width] / priorVariance;
  const noise = leastNoise + Math.exp(logs[width + 1]);
  const odds = 3 * (noiseScale / noise) ** 2;
  sum += Math.log(Math.log1p(odds));
  gradient[width + 1] -= 2 * odds / (1 + odds) / Math.log1p(odds) * (noise - leastNoise) / noise;
  return sum;
}

/** Between these logarithms lie all sizes, so that no step of the fit leaves what doubles hold. */
const bounds = { low: -16, high: 8, steps: 100 };
/** Where fits begin: short and long lengths, each with little and with much noise. */
const starts: readonly (readonly [length: number, noise: number])[] = [[0.3, 1e-4], [1.5, 1e-2]];

/**
 * Learns a function from observations: the sizes of the kernel are those of the largest marginal
 * likelihood times prior that searches from two starts find.
 */
export function fitRegression(observations: Observations): Regression {
  const width = observations.isChoice.length;
  const fits = starts.map(([length, noise]) => {
    const start = new Float64Array(width + 2).fill(Math.log(length));
    [start[width], start[width + 1]] = [0, Math.log(noise)];
    return minimizeBetween(
      (logs, gradient) => {
        const regression = regressionOf(observations, sizesOf(logs));
        if (regression === undefined) return Infinity;
        gradient.set(likelihoodGradient(regression));
        const posterior = regression.logLikelihood + addLogPrior(logs, gradient);
        gradient.forEach((slope, i) => gradient[i] = -slope);
        return -posterior;
      },
      start,
      bounds,
    );
  });
  const best = fits.reduce((a, b) => b.value < a.value ? b : a);
  const regression = regressionOf(observations, sizesOf(best.point));
  if (regression === undefined) {
    throw new TunebookError(
      "diverged",
      "the Gaussian process found no kernel that fits the trials",
    );
  }
  return regression;
}

/** What is known of a point, with derivatives by its coordinates; those of choices are 0. */
export interface PointPrediction {
  readonly mean: number;
  /** Of the function, without noise. */
  readonly variance: number;
  readonly meanSlopes: Float64Array;
  readonly varianceSlopes: Float64Array;
}

/** What the function is at a point. */
export function predictAt(regression: Regression, at: Float64Array): PointPrediction {
  const { observations: { points, values, isChoice }, lengths, signal } = regression;
  const [rows, width] = [values.length, isChoice.length];
  const covariances = new Float64Array(rows);
  const slopes = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let squared = 0;
    for (let i = 0; i < width; i++) {
      squared += gapOf(at[i], points[row * width + i], isChoice[i]) / lengths[i] ** 2;
    }
    const [value, slope] = matern(squared);
    covariances[row] = signal * value;
    slopes[row] = signal * slope;
  }
  const weights = product(regression.inverse, covariances);
  let [mean, variance] = [0, signal];
  const [meanSlopes, varianceSlopes] = [new Float64Array(width), new Float64Array(width)];
  for (let row = 0; row < rows; row++) {
    mean += covariances[row] * regression.coefficients[row];
    variance -= covariances[row] * weights[row];
    for (let i = 0; i < width; i++) {
      if (isChoice[i]) continue;
      const turn = 2 * slopes[row] * (at[i] - points[row * width + i]) / lengths[i] ** 2;
      meanSlopes[i] += turn * regression.coefficients[row];
      varianceSlopes[i] -= 2 * turn * weights[row];
    }
  }
  return { mean, variance, meanSlopes, varianceSlopes };
}
