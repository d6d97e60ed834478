/**
 * A linear classifier on vectors: multinomial logistic regression with a penalty on its weights.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { positive, type Rules } from "../core/option_rules.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { shownValue } from "../core/shown_value.ts";
import { quoted } from "../core/quoted.ts";
import { minimize } from "./minimize.ts";

/** How to fit. */
export interface LogisticRegressionOptions {
  /** The inverse of the penalty, as `C` in scikit-learn: smaller is more cautious; 1 unless given. */
  readonly c?: number;
  /**
   * No part of the gradient is larger in the end, as `tol` in scikit-learn; 1e-8 unless given. A larger one
   * is much faster, and classes hardly depend on it.
   */
  readonly tolerance?: number;
}

const rules: Rules<LogisticRegressionOptions> = { c: positive, tolerance: positive };

/** A classifier of vectors. */
export interface LogisticRegression {
  /** The names of the classes, sorted. */
  readonly classes: readonly string[];
  /**
   * The weights, [classes][size]; of two classes one row alone, that of the second class against the
   * first.
   */
  readonly coefficients: readonly Float64Array[];
  /** One number for each row of coefficients. */
  readonly intercepts: Float64Array;
  /** The class of each vector: the most probable one, the first of equal ones. */
  predict(vectors: readonly ArrayLike<number>[]): string[];
  /** The probability of each class for each vector, [vectors][classes]. */
  probabilities(vectors: readonly ArrayLike<number>[]): Float64Array[];
}

/**
 * Fits the weights W and intercepts b that minimise
 *
 *     C · Σ cross-entropy(softmax(W·x + b), class) + ½·‖W‖²
 *
 * over all rows, by L-BFGS (Liu and Nocedal, 1989). Two classes have one row of weights and the
 * logistic function. The minimum is unique but for a shift of the intercepts, which sum to 0. Equals
 * scikit-learn's `LogisticRegression`, intercepts not penalised.
 *
 * Throws an error of kind "data" for fewer than two classes and for vectors of several lengths.
 *
 * @example
 * ```ts
 * import { logisticRegression } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const fitted = logisticRegression([[0, 1], [0, 2], [1, 0], [2, 0]], ["up", "up", "right", "right"]);
 * assert.deepEqual(fitted.predict([[0, 3], [3, 0]]), ["up", "right"]);
 * ```
 */
export function logisticRegression(
  vectors: readonly ArrayLike<number>[],
  labels: readonly string[],
  options: LogisticRegressionOptions = {},
): LogisticRegression {
  checkOptions("logisticRegression", options, rules);
  const { c = 1, tolerance } = options;
  check(vectors, labels, c);
  const size = vectors[0].length;
  const classes = [...new Set(labels)].sort();
  const truth = labels.map((label) => classes.indexOf(label));
  const isBinary = classes.length === 2;
  const rows = isBinary ? 1 : classes.length;
  const stride = size + 1; // the weights of a class, then its intercept
  const points = flat(vectors, size);

  const scoresInto = (
    scores: Float64Array,
    weights: Float64Array,
    points: Float64Array,
    at: number,
  ) => {
    scores[0] = 0;
    for (let row = 0; row < rows; row++) {
      let sum = weights[row * stride + size];
      for (let i = 0; i < size; i++) sum += weights[row * stride + i] * points[at * size + i];
      // One score alone is that of the second of two classes; the first has 0.
      scores[isBinary ? 1 : row] = sum;
    }
  };
  const lossAndGradient = (weights: Float64Array, gradient: Float64Array): number => {
    gradient.fill(0);
    let loss = 0;
    const scores = new Float64Array(classes.length);
    for (let at = 0; at < truth.length; at++) {
      scoresInto(scores, weights, points, at);
      loss -= c * logSoftmax(scores)[truth[at]];
      for (let row = 0; row < rows; row++) {
        const of = isBinary ? 1 : row;
        const pull = c * (Math.exp(scores[of]) - (truth[at] === of ? 1 : 0));
        for (let i = 0; i < size; i++) gradient[row * stride + i] += pull * points[at * size + i];
        gradient[row * stride + size] += pull;
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let i = row * stride; i < row * stride + size; i++) {
        loss += weights[i] * weights[i] / 2;
        gradient[i] += weights[i];
      }
    }
    return loss;
  };

  const weights = minimize(lossAndGradient, new Float64Array(rows * stride), { tolerance });
  const probabilities = (asked: readonly ArrayLike<number>[]) => {
    checkLengths(asked, size);
    const points = flat(asked, size);
    return asked.map((_, at) => {
      const scores = new Float64Array(classes.length);
      scoresInto(scores, weights, points, at);
      return logSoftmax(scores).map(Math.exp);
    });
  };
  return Object.freeze({
    classes,
    coefficients: Array.from(
      { length: rows },
      (_, row) => weights.slice(row * stride, row * stride + size),
    ),
    intercepts: Float64Array.from({ length: rows }, (_, row) => weights[row * stride + size]),
    probabilities,
    predict: (asked: readonly ArrayLike<number>[]) =>
      probabilities(asked).map((each) => classes[each.indexOf(Math.max(...each))]),
  });
}

/** Vectors one after the other. */
function flat(vectors: readonly ArrayLike<number>[], size: number): Float64Array {
  const all = new Float64Array(vectors.length * size);
  vectors.forEach((vector, at) => all.set(vector, at * size));
  return all;
}

/** Scores → the logarithms of probabilities, in place. */
function logSoftmax(scores: Float64Array): Float64Array {
  let [top, sum] = [-Infinity, 0];
  for (const score of scores) top = Math.max(top, score);
  for (const score of scores) sum += Math.exp(score - top);
  const total = top + Math.log(sum);
  for (let i = 0; i < scores.length; i++) scores[i] -= total;
  return scores;
}

function check(vectors: readonly ArrayLike<number>[], labels: readonly string[], c: number): void {
  if (vectors.length !== labels.length) {
    throw new TunebookError(
      "input",
      `there are ${vectors.length} vectors for ${labels.length} labels`,
    );
  }
  if (!(c > 0 && Number.isFinite(c))) {
    throw new TunebookError("input", `c is ${c}, but must be a number above 0`);
  }
  const classes = new Set(labels);
  if (classes.size < 2) {
    throw new TunebookError(
      "data",
      classes.size === 0
        ? "there are no rows to learn from"
        : `all rows have the label ${quoted(labels[0])}; give two or more`,
    );
  }
  checkLengths(vectors, vectors[0].length);
}

function checkLengths(vectors: readonly ArrayLike<number>[], size: number): void {
  if (!Array.isArray(vectors) || typeof vectors[0] === "number") {
    throw new TunebookError(
      "input",
      `a list of vectors is classified, [vector], but this is ${shownValue(vectors)}`,
    );
  }
  const wrong = vectors.flatMap((vector, row) => {
    if (vector.length !== size) return [`vector ${row + 1}: ${vector.length} numbers, not ${size}`];
    const isFinite = Array.from(vector).every(Number.isFinite);
    return isFinite ? [] : [`vector ${row + 1}: a number is not finite`];
  });
  if (wrong.length > 0) throw mistakes("data", "these vectors cannot be classified:", wrong);
}
