/**
 * Ridge regression on weighted rows.
 *
 * @module
 */

/**
 * The w that minimises Σ weight · (w·x + b − y)² + alpha · ‖w‖², with a free b, as scikit-learn's `Ridge` with
 * `sample_weight`: the normal equations of the centred rows, by Cholesky's factors.
 */
export function weightedRidge(
  rows: readonly ArrayLike<number>[],
  values: readonly number[],
  weights: readonly number[],
  alpha: number,
): Float64Array {
  const size = rows[0].length;
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = new Float64Array(size);
  let meanValue = 0;
  rows.forEach((row, at) => {
    const share = weights[at] / total;
    for (let i = 0; i < size; i++) mean[i] += share * row[i];
    meanValue += share * values[at];
  });
  const matrix = Array.from({ length: size }, () => new Float64Array(size));
  const right = new Float64Array(size);
  rows.forEach((row, at) => {
    for (let i = 0; i < size; i++) {
      const centred = weights[at] * (row[i] - mean[i]);
      right[i] += centred * (values[at] - meanValue);
      for (let j = 0; j <= i; j++) matrix[i][j] += centred * (row[j] - mean[j]);
    }
  });
  matrix.forEach((row, i) => row[i] += alpha);
  return solved(matrix, right);
}

/** Solves A x = b in place, where A is symmetric and positive definite and its lower half is given. */
function solved(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i][j];
      for (let k = 0; k < j; k++) sum -= matrix[i][k] * matrix[j][k];
      matrix[i][j] = i === j ? Math.sqrt(sum) : sum / matrix[j][j];
    }
    for (let k = 0; k < i; k++) right[i] -= matrix[i][k] * right[k];
    right[i] /= matrix[i][i];
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) right[i] -= matrix[k][i] * right[k];
    right[i] /= matrix[i][i];
  }
  return right;
}
