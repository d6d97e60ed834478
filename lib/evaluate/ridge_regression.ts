/**
 * A linear model of a number on vectors, with a penalty on its weights.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { positive, type Rules } from "../core/option_rules.ts";
import { minimize } from "./minimize.ts";

/** How to fit. */
export interface RidgeRegressionOptions {
  /** The penalty, as `alpha` in scikit-learn: larger is more cautious; 1 unless given. */
  readonly alpha?: number;
}

/** A fitted linear model. */
export interface RidgeRegression {
  /** One weight for each number of a vector. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
  /** The number of each vector. */
  predict(vectors: readonly ArrayLike<number>[]): number[];
}

const rules: Rules<RidgeRegressionOptions> = { alpha: positive };

/**
 * Fits the weights w and the intercept b that minimise Σ (w·x + b − y)² + alpha · ‖w‖² (Hoerl and Kennard, 1970).
 * Equals scikit-learn's `Ridge`.
 *
 * Throws an error of kind "data" for no vectors, and of kind "input" for another number of values than of vectors.
 *
 * @example
 * ```ts
 * import { ridgeRegression } from "./ridge_regression.ts";
 * import assert from "node:assert/strict";
 *
 * const { coefficients, predict } = ridgeRegression([[0], [1], [2]], [1, 3, 5], { alpha: 1e-9 });
 * assert.ok(Math.abs(coefficients[0] - 2) < 1e-6);
 * assert.ok(Math.abs(predict([[3]])[0] - 7) < 1e-6);
 * ```
 */
export function ridgeRegression(
  vectors: readonly ArrayLike<number>[],
  values: readonly number[],
  options: RidgeRegressionOptions = {},
): RidgeRegression {
  checkOptions("ridgeRegression", options, rules);
  const { alpha = 1 } = options;
  if (vectors.length === 0) throw new TunebookError("data", "there are no rows to learn from");
  if (vectors.length !== values.length) {
    throw new TunebookError(
      "input",
      `there are ${vectors.length} vectors for ${values.length} values`,
    );
  }
  const size = vectors[0].length;
  const mean = new Float64Array(size);
  for (const vector of vectors) {
    for (let i = 0; i < size; i++) mean[i] += vector[i] / vectors.length;
  }
  const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
  // The intercept is not penalised, so that it follows from the means.
  const centred = vectors.map((vector) => Float64Array.from(mean, (each, i) => vector[i] - each));
  const coefficients = minimize((weights, gradient) => {
    let loss = 0;
    for (let i = 0; i < size; i++) {
      loss += alpha * weights[i] ** 2;
      gradient[i] = 2 * alpha * weights[i];
    }
    centred.forEach((vector, row) => {
      const error = product(weights, vector) - (values[row] - middle);
      loss += error ** 2;
      for (let i = 0; i < size; i++) gradient[i] += 2 * error * vector[i];
    });
    return loss;
  }, new Float64Array(size));
  const intercept = middle - product(coefficients, mean);
  return {
    coefficients,
    intercept,
    predict: (asked) => asked.map((vector) => product(coefficients, vector) + intercept),
  };
}

function product(weights: Float64Array, vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += weights[i] * vector[i];
  return sum;
}
