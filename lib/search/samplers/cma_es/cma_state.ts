/**
 * The state of CMA-ES and its update (Hansen 2016, "The CMA Evolution Strategy: A Tutorial", whose
 * equations the comments name).
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** A normal distribution that adapts to where good points lie. */
export interface CmaState {
  readonly generation: number;
  /** [size] */
  readonly mean: readonly number[];
  readonly sigma: number;
  /** [size, size] */
  readonly covariance: readonly (readonly number[])[];
  /** The evolution paths of the covariance and of the step size, [size] each. */
  readonly path: readonly number[];
  readonly sigmaPath: readonly number[];
}

/** A point with its loss. */
export interface CmaSolution {
  readonly at: readonly number[];
  readonly loss: number;
}

/** What an eigenvalue that rounding made negative is taken for, and what keeps a division finite. */
const epsilon = 1e-8;
const mostSigma = 1e32;

/** A state before anything was tried. */
export function firstCmaState(mean: readonly number[], sigma: number): CmaState {
  const zeros = mean.map(() => 0);
  return {
    generation: 0,
    mean,
    sigma,
    covariance: mean.map((_, row) => mean.map((_, column) => Number(row === column))),
    path: zeros,
    sigmaPath: zeros,
  };
}

/** How many points a generation has (equation 48). */
export function cmaPopulation(size: number): number {
  return 4 + Math.floor(3 * Math.log(size));
}

/** The weights of a generation's points from the best on, and the learning rates (equations 49 to 58). */
function strategy(size: number, population: number) {
  const parents = Math.floor(population / 2);
  const raw = Array.from(
    { length: population },
    (_, rank) => Math.log((population + 1) / 2) - Math.log(rank + 1),
  );
  const selected = effective(raw.slice(0, parents));
  const rejected = effective(raw.slice(parents));
  const rankOne = 2 / ((size + 1.3) ** 2 + selected);
  const rankMany = Math.min(
    1 - rankOne - 1e-8,
    2 * (selected - 2 + 1 / selected) / ((size + 2) ** 2 + selected),
  );
  const negative = Math.min(
    1 + rankOne / rankMany,
    1 + 2 * rejected / (selected + 2),
    (1 - rankOne - rankMany) / (size * rankMany),
  );
  const above = sum(raw.filter((weight) => weight > 0));
  const below = -sum(raw.filter((weight) => weight < 0));
  const sigmaRate = (selected + 2) / (size + selected + 5);
  return {
    parents,
    selected,
    rankOne,
    rankMany,
    weights: raw.map((weight) => weight >= 0 ? weight / above : negative * weight / below),
    sigmaRate,
    damping: 1 + 2 * Math.max(0, Math.sqrt((selected - 1) / (size + 1)) - 1) + sigmaRate,
    pathRate: (4 + selected / size) / (size + 4 + 2 * selected / size),
    // How long a standard normal vector is.
    usualLength: Math.sqrt(size) * (1 - 1 / (4 * size) + 1 / (21 * size ** 2)),
  };
}

/** How many points of equal weight count as much (equation 8). */
function effective(weights: readonly number[]): number {
  return sum(weights) ** 2 / sum(weights.map((weight) => weight ** 2));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The eigenvectors as columns, and the roots of the eigenvalues. */
function rootsOf(covariance: CmaState["covariance"]): { vectors: Matrix; roots: number[] } {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(
    new Matrix(covariance.map((row) => [...row])),
    { assumeSymmetric: true },
  );
  return {
    vectors: eigenvectorMatrix,
    roots: realEigenvalues.map((value) => Math.sqrt(value < 0 ? epsilon : value)),
  };
}

/** A point of the distribution, from standard normal numbers. */
export function cmaPoint({ mean, sigma, covariance }: CmaState): (normals: number[]) => number[] {
  const { vectors, roots } = rootsOf(covariance);
  return (normals) => {
    const scaled = Matrix.columnVector(normals.map((normal, i) => normal * roots[i]));
    return vectors.mmul(scaled).to1DArray().map((move, i) => mean[i] + sigma * move);
  };
}

/** The state after a generation whose points were tried, as many as `cmaPopulation` says. */
export function updatedCmaState(state: CmaState, solutions: readonly CmaSolution[]): CmaState {
  const { mean, sigma, covariance } = state;
  const size = mean.length;
  const rates = strategy(size, solutions.length);
  const { weights, selected, parents } = rates;
  const { vectors, roots } = rootsOf(covariance);
  // C^(-1/2)
  const inverseRoot = vectors.mmul(Matrix.diag(roots.map((root) => 1 / root))).mmul(
    vectors.transpose(),
  );
  const whitened = (move: number[]) => inverseRoot.mmul(Matrix.columnVector(move)).to1DArray();
  const moves = solutions.toSorted((a, b) => a.loss - b.loss)
    .map(({ at }) => at.map((value, i) => (value - mean[i]) / sigma));
  // Equation 41: where the better half lies.
  const shift = mean.map((_, i) =>
    sum(moves.slice(0, parents).map((move, rank) => weights[rank] * move[i]))
  );

  // Equations 43 and 44: the step size.
  const { sigmaRate, pathRate, rankOne, rankMany, usualLength } = rates;
  const sigmaScale = Math.sqrt(sigmaRate * (2 - sigmaRate) * selected);
  const sigmaPath = whitened(shift)
    .map((move, i) => (1 - sigmaRate) * state.sigmaPath[i] + sigmaScale * move);
  const length = Math.hypot(...sigmaPath);
  const generation = state.generation + 1;
  const grown = sigma * Math.exp(sigmaRate / rates.damping * (length / usualLength - 1));

  // Equations 45 to 47: the covariance.
  const begun = Math.sqrt(1 - (1 - sigmaRate) ** (2 * (generation + 1)));
  const isSteady = length / begun < (1.4 + 2 / (size + 1)) * usualLength;
  const pathScale = isSteady ? Math.sqrt(pathRate * (2 - pathRate) * selected) : 0;
  const path = shift.map((move, i) => (1 - pathRate) * state.path[i] + pathScale * move);
  const scaledWeights = moves.map((move, rank) =>
    weights[rank] >= 0
      ? weights[rank]
      : weights[rank] * size / (sum(whitened(move).map((each) => each ** 2)) + epsilon)
  );
  const lost = isSteady ? 0 : pathRate * (2 - pathRate);
  const kept = 1 + rankOne * lost - rankOne - rankMany * sum(weights);
  return {
    generation,
    mean: mean.map((value, i) => value + sigma * shift[i]),
    sigma: Math.min(grown, mostSigma),
    covariance: covariance.map((row, i) =>
      row.map((value, j) =>
        kept * value + rankOne * path[i] * path[j] +
        rankMany * sum(moves.map((move, rank) => scaledWeights[rank] * move[i] * move[j]))
      )
    ),
    path,
    sigmaPath,
  };
}
