/**
 * Sums of tensors, in float64 and rounded once.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/** The sum of tensors times their weights. */
export function weightedSum(
  tensors: readonly Float32Array[],
  weights: readonly number[],
): Float32Array {
  const sum = new Float64Array(tensors[0].length);
  tensors.forEach((values, model) => {
    const weight = weights[model];
    for (let at = 0; at < sum.length; at++) sum[at] += weight * values[at];
  });
  return Float32Array.from(sum);
}

/** Below this a sum of weights divides nothing, as in mergekit. */
const smallestTotal = 1e-8;

/**
 * The weights divided by their sum. Throws an error of kind "input" that names the tensor where they add up to 0,
 * as of two models with the weights 1 and -1: there is no such mean.
 */
export function meanShares(weights: readonly number[], name: string): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (Math.abs(total) >= smallestTotal) return weights.map((weight) => weight / total);
  throw new TunebookError(
    "input",
    `the weights of ${name} are ${
      weights.join(", ")
    }, which add up to 0: there is no mean of models with such ` +
      "weights; give others",
  );
}

/** What each tensor has changed of the base. */
export function differences(
  tensors: readonly Float32Array[],
  base: Float32Array | undefined,
): Float32Array[] {
  return tensors.map((values) => base ? values.map((value, at) => value - base[at]) : values);
}

/** Adds the base to a sum of differences. */
export function addBase(sum: Float32Array, base: Float32Array | undefined): Float32Array {
  return base ? sum.map((value, at) => base[at] + value) : sum;
}

/** The scalar product. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at] * b[at];
  return sum;
}

/** The Euclidean length. */
export function norm(values: Float32Array): number {
  return Math.sqrt(dot(values, values));
}
