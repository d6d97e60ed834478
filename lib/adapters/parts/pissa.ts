/**
 * PiSSA's start (Meng et al., arXiv 2404.02948): A and B hold the strongest singular directions of
 * W = U·S·Vᵀ, and the frozen weight what remains: A = √(S/s)·Vᵀ, B = U·√(S/s), W ← W − s·B·A.
 *
 * @module
 */
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import { Random } from "../../core/random.ts";

/** The two matrices of a start: a [rank, inFeatures], b [outFeatures, rank]. */
export interface PissaStart {
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** Up to this many rows or columns a whole decomposition takes a fraction of a second. */
const wholeLimit = 128;
/** Directions beyond the rank that make the iteration settle faster (Halko et al., arXiv 0909.4061). */
const spareDirections = 8;
/**
 * Rounds of the iteration. The frozen rest takes up whatever they leave out, so that the start is
 * the pretrained model in any case.
 */
const rounds = 8;

/**
 * The start for one weight.
 *
 * @param weight [outFeatures, inFeatures], row by row
 * @param scale the method's scale s
 */
export function pissaStart(
  weight: Float32Array,
  { outFeatures, inFeatures, rank, scale }: {
    readonly outFeatures: number;
    readonly inFeatures: number;
    readonly rank: number;
    readonly scale: number;
  },
): PissaStart {
  const whole = Matrix.from1DArray(outFeatures, inFeatures, weight);
  const { left, values, right } = Math.min(outFeatures, inFeatures) <= wholeLimit
    ? decompose(whole)
    : strongest(whole, Math.min(rank + spareDirections, outFeatures, inFeatures));
  const roots = values.map((value) => Math.sqrt(value / scale));
  const a = new Float32Array(rank * inFeatures);
  const b = new Float32Array(outFeatures * rank);
  for (let k = 0; k < Math.min(rank, roots.length); k++) {
    for (let i = 0; i < inFeatures; i++) a[k * inFeatures + i] = roots[k] * right.get(i, k);
    for (let i = 0; i < outFeatures; i++) b[i * rank + k] = roots[k] * left.get(i, k);
  }
  return { a, b };
}

interface Decomposition {
  /** [outFeatures, count] */
  readonly left: Matrix;
  /** Falling. */
  readonly values: readonly number[];
  /** [inFeatures, count] */
  readonly right: Matrix;
}

function decompose(matrix: Matrix): Decomposition {
  const found = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return {
    left: found.leftSingularVectors,
    values: found.diagonal,
    right: found.rightSingularVectors,
  };
}

/** The strongest directions, by subspace iteration from random ones. */
function strongest(matrix: Matrix, count: number): Decomposition {
  const random = Random.fromSeed(1, "pissa");
  const turned = matrix.transpose();
  let right = new Matrix(matrix.columns, count);
  for (let i = 0; i < matrix.columns; i++) {
    for (let k = 0; k < count; k++) right.set(i, k, random.normal());
  }
  let basis = right;
  for (let round = 0; round < rounds; round++) {
    basis = new QrDecomposition(matrix.mmul(right)).orthogonalMatrix;
    right = new QrDecomposition(turned.mmul(basis)).orthogonalMatrix;
  }
  basis = new QrDecomposition(matrix.mmul(right)).orthogonalMatrix;
  const small = decompose(turned.mmul(basis)); // the transposed of Qᵀ·W
  return { left: basis.mmul(small.right), values: small.values, right: small.left };
}
