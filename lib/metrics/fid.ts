/**
 * Fréchet's distance of features: how far a set of generated images is from a set of real ones.
 *
 * @module
 */
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import type { FeaturePredictions } from "../nn/feature_predictions.ts";
import { type Metric, metric } from "./metric.ts";

/**
 * The squared distance of two normal distributions with the means μ and the covariances Σ of both sets:
 * |μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2 (Σ₁Σ₂)^½) (Heusel et al., "GANs trained by a two time-scale update rule",
 * 2017, arXiv 1706.08500). With the features of Inception it is the FID of papers; a number says
 * something only beside others of the same features and of as many images, since fewer images make it
 * larger. Equals the formula in NumPy with SciPy's `sqrtm`.
 *
 * @example
 * ```ts
 * import { featurePredictions, fid } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = featurePredictions({
 *   features: "one number",
 *   generated: [[0], [2]], // variance 2
 *   real: [[0], [4]], // variance 8
 * });
 * assert.ok(Math.abs(fid.compute(predictions) - (1 + 2 + 8 - 2 * 4)) < 1e-9);
 * assert.match(fid.signature!(predictions), /features:one number/);
 * ```
 */
export const fid: Metric<number, FeaturePredictions> = metric<number, FeaturePredictions>({
  name: "fid",
  title: "FID",
  kinds: ["features"],
  better: "lower",
  range: [0, Infinity],
  signature: featureSignature,
  compute({ generated, real }) {
    const [first, second] = [centred(generated), centred(real)];
    const distance = first.mean.reduce((sum, mean, at) => sum + (mean - second.mean[at]) ** 2, 0);
    const traces = first.trace + second.trace;
    return Math.max(0, distance + traces - 2 * traceOfRoot(first.rows, second.rows));
  },
});

/** Which features were compared, of how many images: a distance is told with it. */
export function featureSignature({ features, generated, real }: FeaturePredictions): string {
  return `features:${features}|generated:${generated.length}|real:${real.length}`;
}

/** A set of vectors around its mean. */
interface Centred {
  readonly mean: Float64Array;
  /** Rows so scaled that Aᵀ·A is the covariance, [rows × size]. */
  readonly rows: Matrix;
  /** The sum of the variances. */
  readonly trace: number;
}

function centred(vectors: readonly Float64Array[]): Centred {
  const mean = new Float64Array(vectors[0].length);
  for (const vector of vectors) vector.forEach((value, at) => mean[at] += value);
  mean.forEach((sum, at) => mean[at] = sum / vectors.length);
  const scale = 1 / Math.sqrt(vectors.length - 1);
  const rows = vectors.map((vector) => vector.map((value, at) => (value - mean[at]) * scale));
  return {
    mean,
    rows: new Matrix(rows),
    trace: rows.reduce((sum, row) => row.reduce((own, value) => own + value * value, sum), 0),
  };
}

/**
 * tr((AᵀA·BᵀB)^½): the sum of the singular values of A·Bᵀ, which is exact also where covariances have no
 * full rank.
 */
function traceOfRoot(a: Matrix, b: Matrix): number {
  const [left, right] = [a, b].map(shortened);
  const { diagonal } = new SingularValueDecomposition(left.mmul(right.transpose()), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
    autoTranspose: true,
  });
  return diagonal.reduce((sum, value) => sum + value, 0);
}

/** A matrix with the same AᵀA and no more rows than columns. */
function shortened(matrix: Matrix): Matrix {
  if (matrix.rows <= matrix.columns) return matrix;
  return new QrDecomposition(matrix).upperTriangularMatrix;
}
