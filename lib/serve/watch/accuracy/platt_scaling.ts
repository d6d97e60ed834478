/**
 * Calibration of a probability by a line in its log-odds.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { softplus } from "../../../core/softplus.ts";

/** The line of a calibration: the calibrated log-odds are slope · log-odds + intercept. */
export interface PlattScaling {
  readonly slope: number;
  readonly intercept: number;
  /** How far both may be off: their variances and, in the middle, their covariance. */
  readonly covariance: readonly [slope: number, both: number, intercept: number];
}

const mostSteps = 100;
const tolerance = 1e-10;
/** Keeps the Newton step defined where all rows have the same log-odds. */
const ridge = 1e-9;

/** The log-odds of a probability; 0 and 1 are taken for the nearest numbers that float32 has. */
export function logOddsOf(probability: number): number {
  const least = 2 ** -24;
  const inside = Math.min(1 - least, Math.max(least, probability));
  return Math.log(inside / (1 - inside));
}

/**
 * Fits the line by Newton's method to Platt's targets (1999; Lin, Lin and Weng, 2007), which are a little
 * inside of 0 and 1, so that rows that are all right do not make an answer certain. Equals scikit-learn's
 * sigmoid calibration.
 *
 * @param logOdds of each row, [rows]
 * @param isRight whether each row was right, [rows]
 */
export function plattScaling(
  logOdds: ArrayLike<number>,
  isRight: readonly boolean[],
): PlattScaling {
  if (logOdds.length !== isRight.length || isRight.length === 0) {
    throw new TunebookError(
      "input",
      `there are ${logOdds.length} log-odds for ${isRight.length} rows`,
    );
  }
  const right = isRight.filter(Boolean).length;
  const wrong = isRight.length - right;
  const [high, low] = [(right + 1) / (right + 2), 1 / (wrong + 2)];
  const start = Math.log((right + 1) / (wrong + 1));
  let line = { slope: 0, intercept: start };
  let [hss, hsi, hii] = [0, 0, 0];
  let value = Infinity;
  for (let step = 0; step < mostSteps; step++) {
    let [loss, gs, gi] = [0, 0, 0];
    [hss, hsi, hii] = [ridge, 0, ridge];
    for (let row = 0; row < isRight.length; row++) {
      const x = logOdds[row];
      const z = line.slope * x + line.intercept;
      const p = logistic(z);
      const target = isRight[row] ? high : low;
      loss += softplus(z) - target * z;
      gs += (p - target) * x;
      gi += p - target;
      const weight = p * (1 - p);
      hss += weight * x * x;
      hsi += weight * x;
      hii += weight;
    }
    if (Math.max(Math.abs(gs), Math.abs(gi)) < tolerance || !(loss < value)) break;
    value = loss;
    const determinant = hss * hii - hsi * hsi;
    line = damped(line, {
      slope: -(hii * gs - hsi * gi) / determinant,
      intercept: -(hss * gi - hsi * gs) / determinant,
    });
  }
  const determinant = hss * hii - hsi * hsi;
  return { ...line, covariance: [hii / determinant, -hsi / determinant, hss / determinant] };
}

/** A Newton step far from the minimum may be too long; the loss is convex, so that shorter ones get there. */
function damped(
  line: { readonly slope: number; readonly intercept: number },
  move: { readonly slope: number; readonly intercept: number },
): { slope: number; intercept: number } {
  const longest = 4;
  const size = Math.max(Math.abs(move.slope), Math.abs(move.intercept));
  const share = size > longest ? longest / size : 1;
  return {
    slope: line.slope + share * move.slope,
    intercept: line.intercept + share * move.intercept,
  };
}

/** 1 / (1 + e^−z). */
export function logistic(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
