/**
 * Kernel distance of features: how far a set of generated images is from a set of real ones, without
 * bias for small sets.
 *
 * @module
 */
import type { FeaturePredictions } from "../nn/feature_predictions.ts";
import { featureSignature } from "./fid.ts";
import { type Metric, metric } from "./metric.ts";

/** The degree of the kernel (x·y / size + 1)³. */
const degree = 3;

/**
 * The squared maximum mean discrepancy with the kernel (x·y / size + 1)³, estimated without bias from all
 * images: about 0, or a little below, where both sets are alike, however few they are (Bińkowski et al.,
 * "Demystifying MMD GANs", 2018, arXiv 1801.01401). Papers give the mean over drawn subsets, which
 * estimates the same number. Equals the formula in NumPy.
 *
 * @example
 * ```ts
 * import { featurePredictions, kid } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const predictions = featurePredictions({
 *   features: "one number",
 *   generated: [[0], [1]],
 *   real: [[2], [3]],
 * });
 * // Kernels: 1 of both generated, 7³ of both real, and (1 + 1 + 3³ + 4³) / 4 between them.
 * assert.equal(kid.compute(predictions), 1 + 343 - 2 * (1 + 1 + 27 + 64) / 4);
 * ```
 */
export const kid: Metric<number, FeaturePredictions> = metric<number, FeaturePredictions>({
  name: "kid",
  title: "KID",
  kinds: ["features"],
  better: "lower",
  signature: featureSignature,
  compute(predictions) {
    const { within, between, real, rows } = sumsOf(predictions);
    return distance({ within: sum(within), between: sum(between), real, rows }, predictions);
  },
  leaveOneOut(predictions) {
    const { within, between, real, rows } = sumsOf(predictions);
    const [all, across] = [sum(within), sum(between)];
    return Float64Array.from(within, (own, row) =>
      distance(
        { within: all - 2 * own, between: across - between[row], real, rows: rows - 1 },
        predictions,
      ));
  },
});

/** The distance of so many generated rows, from sums of kernels. */
function distance(
  { within, between, real, rows }: {
    readonly within: number;
    readonly between: number;
    readonly real: number;
    readonly rows: number;
  },
  { real: { length: others } }: FeaturePredictions,
): number {
  return within / (rows * (rows - 1)) + real / (others * (others - 1)) -
    2 * between / (rows * others);
}

/** The sums of kernels: of each generated image with the others and with the real ones; of all real ones. */
function sumsOf({ generated, real }: FeaturePredictions) {
  const of = (vector: Float64Array, others: readonly Float64Array[]) =>
    others.reduce((total, other) => total + kernel(vector, other), 0);
  const others = (vectors: readonly Float64Array[]) =>
    Float64Array.from(vectors, (vector) => of(vector, vectors) - kernel(vector, vector));
  return {
    within: others(generated),
    between: Float64Array.from(generated, (vector) => of(vector, real)),
    real: sum(others(real)),
    rows: generated.length,
  };
}

function kernel(a: Float64Array, b: Float64Array): number {
  let product = 0;
  for (let i = 0; i < a.length; i++) product += a[i] * b[i];
  return (product / a.length + 1) ** degree;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
