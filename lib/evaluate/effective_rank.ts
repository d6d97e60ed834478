/**
 * In how many directions a matrix acts: the effective rank (Roy and Vetterli 2007, "The effective rank: a measure of
 * effective dimensionality"): the exponential of the entropy of its singular values as shares.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { LowRank } from "../nn/adapter_delta.ts";

/** Of singular values; 0 where all are 0. */
export function effectiveRank(singularValues: ArrayLike<number>): number {
  const all = Array.from(singularValues);
  const sum = all.reduce((a, b) => a + b, 0);
  if (sum === 0) return 0;
  const entropy = all.reduce((total, value) => {
    const share = value / sum;
    return share > 0 ? total - share * Math.log(share) : total;
  }, 0);
  return Math.exp(entropy);
}

/** The singular values of a matrix [rows, columns], by the eigenvalues of its product with itself. */
export function singularValues(
  data: Float32Array,
  [rows, columns]: readonly [number, number],
): number[] {
  const size = Math.min(rows, columns);
  const gram = Matrix.zeros(size, size);
  // Rows of the smaller side, each a list of numbers with the same distance.
  const [start, step, length] = rows <= columns ? [columns, 1, columns] : [1, columns, rows];
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let at = 0; at < length; at++) {
        sum += data[i * start + at * step] * data[j * start + at * step];
      }
      gram.set(i, j, sum);
      gram.set(j, i, sum);
    }
  }
  return rootsOf(new EigenvalueDecomposition(gram, { assumeSymmetric: true }).realEigenvalues);
}

/** The same of B·diag(d)·A, by products of its ranks alone. */
export function lowRankSingularValues({ rank, a, diagonal, b }: LowRank): number[] {
  const inFeatures = a.length / rank;
  const outFeatures = b.length / rank;
  const inner = Matrix.zeros(rank, rank); // A·Aᵀ
  const outer = Matrix.zeros(rank, rank); // diag(d)·Bᵀ·B·diag(d)
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < rank; j++) {
      let [x, y] = [0, 0];
      for (let at = 0; at < inFeatures; at++) x += a[i * inFeatures + at] * a[j * inFeatures + at];
      for (let at = 0; at < outFeatures; at++) y += b[at * rank + i] * b[at * rank + j];
      inner.set(i, j, x);
      outer.set(i, j, diagonal[i] * y * diagonal[j]);
    }
  }
  // S·outer·S with S the root of A·Aᵀ has the same eigenvalues, and is symmetric.
  const { eigenvectorMatrix: vectors, realEigenvalues: values } = new EigenvalueDecomposition(
    inner,
    { assumeSymmetric: true },
  );
  const roots = Matrix.diag(values.map((value) => Math.sqrt(Math.max(0, value))));
  const root = vectors.mmul(roots).mmul(vectors.transpose());
  const whole = root.mmul(outer).mmul(root);
  const even = Matrix.add(whole, whole.transpose()).mul(0.5);
  return rootsOf(new EigenvalueDecomposition(even, { assumeSymmetric: true }).realEigenvalues);
}

/** Rounding makes eigenvalues of 0 a little less. */
function rootsOf(eigenvalues: readonly number[]): number[] {
  return eigenvalues.map((value) => Math.sqrt(Math.max(0, value))).sort((a, b) => b - a);
}
