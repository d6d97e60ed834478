/**
 * The accuracy of answers whose labels nobody knows.
 *
 * @module
 */
import { logistic, logOddsOf, type PlattScaling } from "./platt_scaling.ts";

/** A share of rows with its 95 % interval. */
export interface ShareInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

/** Standard errors on both sides of the mean that hold 95 % of a normal distribution. */
export const normalErrors = 1.96;

/**
 * Estimates which share of answers is right by their calibrated probabilities (confidence-based performance
 * estimation, CBPE: Garcia and others' average confidence, Garg et al. 2022, arXiv 2201.04234; NannyML). The
 * interval holds what these rows' accuracy may be: whether each answer is right is a throw of a coin with its
 * probability, and the calibration itself was learned from few rows.
 *
 * It is right as long as an answer of some probability is right as often as it was on the held-out rows. Where
 * the meaning of texts has changed, and not only their mix, only labels tell.
 *
 * @param confidences the probability that the model gave to its answer, [rows]; at least one
 */
export function estimateAccuracy(
  confidences: ArrayLike<number>,
  { slope, intercept, covariance: [ofSlope, ofBoth, ofIntercept] }: PlattScaling,
): ShareInterval {
  const rows = confidences.length;
  let [mean, coins, bySlope, byIntercept] = [0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const x = logOddsOf(confidences[row]);
    const p = logistic(slope * x + intercept);
    const variance = p * (1 - p);
    mean += p / rows;
    coins += variance / rows ** 2;
    bySlope += variance * x / rows;
    byIntercept += variance / rows;
  }
  const ofLine = bySlope ** 2 * ofSlope + 2 * bySlope * byIntercept * ofBoth +
    byIntercept ** 2 * ofIntercept;
  const half = normalErrors * Math.sqrt(coins + Math.max(0, ofLine));
  return { mean, low: Math.max(0, mean - half), high: Math.min(1, mean + half), rows };
}
