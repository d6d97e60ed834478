/**
 * Sums of tensors, in float64 and rounded once.
 *
 * @module
 */

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
