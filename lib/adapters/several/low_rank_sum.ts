/**
 * Weighted sums of low-rank matrices, in PEFT's three ways.
 *
 * @module
 */
import { Matrix, QrDecomposition, SingularValueDecomposition } from "ml-matrix";
import { TunebookError } from "../../core/errors.ts";
import type { LinearLayer } from "../../nn/layer.ts";
import { beside, type LowRank } from "../../nn/adapter_delta.ts";

/** PEFT's `combination_type`. */
export type Combination = "cat" | "linear" | "svd";

/** All of them. */
export const combinations: readonly Combination[] = ["cat", "linear", "svd"];

/** An adapter's matrix at one linear, with the adapter's name and weight. */
export interface Weighted {
  readonly name: string;
  readonly weight: number;
  readonly low: LowRank;
}

/** The sum at one linear, with its factor d in A or B, so that it is a LoRA of scale 1. */
export function combined(
  layer: LinearLayer,
  terms: readonly Weighted[],
  { combination, most }: { readonly combination: Combination; readonly most: number },
): LowRank {
  if (combination === "linear") return linear(layer, terms);
  const sum = terms.map(({ weight, low }): LowRank => ({
    ...low,
    a: scaledRows(low.a, low.diagonal.map((each) => each * weight)),
    diagonal: new Float32Array(low.rank).fill(1),
  })).reduce(beside);
  return combination === "cat" || sum.rank <= 1 ? sum : strongest(layer, sum, most);
}

function scaledRows(matrix: Float32Array, factors: Float32Array): Float32Array {
  const columns = matrix.length / factors.length;
  return matrix.map((each, i) => each * factors[Math.floor(i / columns)]);
}

/** Σ √|w·s|·sign·A and Σ √|w·s|·B, as PEFT has it. */
function linear({ path }: LinearLayer, terms: readonly Weighted[]): LowRank {
  const [{ low: { rank, a, b }, name: first }] = terms;
  const [sumA, sumB] = [new Float32Array(a.length), new Float32Array(b.length)];
  for (const { name, weight, low } of terms) {
    if (low.rank !== rank) {
      throw new TunebookError(
        "input",
        `linear needs equal ranks, but at ${path} ${first} has ${rank} and ${name} ${low.rank}; ` +
          'use { combination: "cat" }, which is exact, or "svd"',
      );
    }
    const [scale] = low.diagonal;
    if (low.diagonal.some((each) => each !== scale)) {
      throw new TunebookError(
        "unsupported",
        `linear is for plain LoRA, but ${name} has a factor for each row of A (AdaLoRA, VeRA); ` +
          'use { combination: "cat" }, which is exact, or "svd"',
      );
    }
    const root = Math.sqrt(Math.abs(weight * scale));
    const sign = weight * scale >= 0 ? 1 : -1;
    low.a.forEach((each, i) => sumA[i] += sign * root * each);
    low.b.forEach((each, i) => sumB[i] += root * each);
  }
  return { rank, a: sumA, b: sumB, diagonal: new Float32Array(rank).fill(1) };
}

/**
 * The strongest `most` directions of B·A. With B = Q·R and Aᵀ = P·S the small matrix R·Sᵀ has the same
 * singular values, so that the large one is never made.
 */
function strongest(
  { inFeatures, outFeatures }: LinearLayer,
  { a, b, rank }: LowRank,
  most: number,
): LowRank {
  const left = Matrix.from1DArray(outFeatures, rank, b);
  const right = Matrix.from1DArray(rank, inFeatures, a);
  const isSmall = rank < Math.min(inFeatures, outFeatures);
  const qr = isSmall ? new QrDecomposition(left) : undefined;
  const ps = isSmall ? new QrDecomposition(right.transpose()) : undefined;
  const core = qr && ps
    ? qr.upperTriangularMatrix.mmul(ps.upperTriangularMatrix.transpose())
    : left.mmul(right);
  const found = new SingularValueDecomposition(core, { autoTranspose: true });
  const count = Math.min(most, found.diagonal.length);
  const u = qr ? qr.orthogonalMatrix.mmul(found.leftSingularVectors) : found.leftSingularVectors;
  const v = ps ? ps.orthogonalMatrix.mmul(found.rightSingularVectors) : found.rightSingularVectors;
  const madeA = new Float32Array(count * inFeatures);
  const madeB = new Float32Array(outFeatures * count);
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < inFeatures; i++) madeA[k * inFeatures + i] = v.get(i, k);
    for (let i = 0; i < outFeatures; i++) madeB[i * count + k] = found.diagonal[k] * u.get(i, k);
  }
  return { rank: count, a: madeA, b: madeB, diagonal: new Float32Array(count).fill(1) };
}
