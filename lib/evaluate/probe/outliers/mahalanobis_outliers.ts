/**
 * How strange inputs are to a classifier, by their features.
 *
 * @module
 */
import { checkOptions } from "../../../core/check_options.ts";
import { cholesky, solveLower } from "../../../core/cholesky.ts";
import { TunebookError } from "../../../core/errors.ts";
import type { Rule, Rules } from "../../../core/option_rules.ts";
import { checkOutlierVectors } from "./check_outlier_vectors.ts";

/** How the covariance is estimated. */
export interface MahalanobisOutliersOptions {
  /**
   * How far the covariance is drawn to a multiple of the identity, from 0 to 1: 0 unless given. Needed where there are
   * hardly more rows than features.
   */
  readonly shrinkage?: number;
}

const rules: Rules<MahalanobisOutliersOptions> = {
  shrinkage: [
    "a number from 0 to 1",
    (value) => typeof value === "number" && value >= 0 && value <= 1,
  ] satisfies Rule,
};

/** What was fitted to the features of training rows. */
export interface MahalanobisOutliers {
  readonly classes: readonly string[];
  /** The mean of each class, [classes][size]. */
  readonly means: readonly Float64Array[];
  /**
   * The squared distance of each vector to the nearest class: the higher, the stranger.
   *
   * @param features [rows][size]
   * @throws {TunebookError} of kind `data` for vectors of another length.
   */
  scores(features: readonly ArrayLike<number>[]): Float64Array;
}

/**
 * Fits a normal distribution to the features of each class, with one covariance for all (Lee et al. 2018, arXiv
 * 1807.03888). The score of a vector is its squared Mahalanobis distance to the nearest class. Equals scikit-learn's
 * `ShrunkCovariance`, or `EmpiricalCovariance`, of the features less the means of their classes.
 *
 * @param features of training rows, [rows][size]
 * @param labels one for each row
 * @throws {TunebookError} of kind `input` for options that make no sense, of kind `data` for vectors of unlike lengths,
 *   another number of labels, and features that depend on each other.
 *
 * @example
 * ```ts
 * import { mahalanobisOutliers } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const features = [[0, 0], [0, 1], [1, 0], [5, 5], [5, 6], [6, 5]];
 * const fitted = mahalanobisOutliers(features, ["a", "a", "a", "b", "b", "b"]);
 * const [near, far] = fitted.scores([[0.3, 0.3], [3, -3]]);
 * assert.ok(near < 1 && far > 10);
 * ```
 */
export function mahalanobisOutliers(
  features: readonly ArrayLike<number>[],
  labels: readonly string[],
  options: MahalanobisOutliersOptions = {},
): MahalanobisOutliers {
  checkOptions("mahalanobisOutliers", options, rules);
  const { shrinkage = 0 } = options;
  checkOutlierVectors("mahalanobisOutliers", features);
  if (labels.length !== features.length) {
    throw new TunebookError(
      "data",
      `mahalanobisOutliers got ${features.length} vectors and ${labels.length} labels`,
    );
  }
  const size = features[0].length;
  const classes = [...new Set(labels)].sort();
  const means = classes.map((name) => meanOf(features.filter((_, row) => labels[row] === name)));
  const meanOfLabel = new Map(classes.map((name, at) => [name, means[at]]));
  const covariance = covarianceOf(
    features.map((vector, row) => apart(vector, meanOfLabel.get(labels[row])!)),
  );
  const lower = cholesky(shrunk(covariance, size, shrinkage), size);
  if (!lower) {
    throw new TunebookError(
      "data",
      `the ${size} features of ${features.length} rows depend on each other, so that no distance can be told; ` +
        "give more rows, or shrinkage: 0.1",
    );
  }
  const whiteMeans = means.map((mean) => solveLower(lower, mean));
  return {
    classes,
    means,
    scores(asked) {
      checkOutlierVectors("mahalanobisOutliers", asked, size);
      return Float64Array.from(asked, (vector) => {
        const white = solveLower(lower, vector);
        const squares = whiteMeans.map((mean) =>
          apart(white, mean).reduce((sum, value) => sum + value ** 2, 0)
        );
        return Math.min(...squares);
      });
    },
  };
}

function meanOf(vectors: readonly ArrayLike<number>[]): Float64Array {
  const mean = new Float64Array(vectors[0].length);
  for (const vector of vectors) mean.forEach((_, at) => mean[at] += vector[at]);
  return mean.map((sum) => sum / vectors.length);
}

function apart(vector: ArrayLike<number>, mean: Float64Array): Float64Array {
  return mean.map((value, at) => vector[at] - value);
}

/** The mean of the products of centred features, [size, size]. */
function covarianceOf(centred: readonly Float64Array[]): Float64Array {
  const size = centred[0].length;
  const sums = new Float64Array(size * size);
  for (const vector of centred) {
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        sums[row * size + column] += vector[row] * vector[column];
      }
    }
  }
  return sums.map((sum) => sum / centred.length);
}

/** The covariance drawn to the identity times the mean variance. */
function shrunk(covariance: Float64Array, size: number, shrinkage: number): Float64Array {
  let trace = 0;
  for (let at = 0; at < size; at++) trace += covariance[at * size + at];
  return covariance.map((value, index) => {
    const isDiagonal = Math.floor(index / size) === index % size;
    return (1 - shrinkage) * value + (isDiagonal ? shrinkage * trace / size : 0);
  });
}
