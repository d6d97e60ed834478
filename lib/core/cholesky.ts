/**
 * Symmetric positive definite systems by Cholesky's decomposition. Matrices are rows one after another.
 *
 * @module
 */

/** The lower triangle L with L Lᵀ = matrix, [size, size]; `undefined` where the matrix is not positive. */
export function cholesky(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column];
      for (let k = 0; k < column; k++) sum -= lower[row * size + k] * lower[column * size + k];
      if (row !== column) {
        lower[row * size + column] = sum / lower[column * size + column];
      } else if (sum > 0) {
        lower[row * size + row] = Math.sqrt(sum);
      } else {
        return undefined;
      }
    }
  }
  return lower;
}

/** The logarithm of the determinant of L Lᵀ. */
export function logDeterminant(lower: Float64Array, size: number): number {
  let sum = 0;
  for (let row = 0; row < size; row++) sum += Math.log(lower[row * size + row]);
  return 2 * sum;
}

/** The inverse of L Lᵀ, [size, size]. */
export function inverseOf(lower: Float64Array, size: number): Float64Array {
  const inverseLower = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    inverseLower[column * size + column] = 1 / lower[column * size + column];
    for (let row = column + 1; row < size; row++) {
      let sum = 0;
      for (let k = column; k < row; k++) {
        sum -= lower[row * size + k] * inverseLower[k * size + column];
      }
      inverseLower[row * size + column] = sum / lower[row * size + row];
    }
  }
  const inverse = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = 0;
      for (let k = row; k < size; k++) {
        sum += inverseLower[k * size + row] * inverseLower[k * size + column];
      }
      inverse[row * size + column] = sum;
      inverse[column * size + row] = sum;
    }
  }
  return inverse;
}

/** A symmetric matrix times a vector. */
export function product(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const out = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = 0;
    for (let column = 0; column < size; column++) {
      sum += matrix[row * size + column] * vector[column];
    }
    out[row] = sum;
  }
  return out;
}

/** L⁻¹ times a vector. */
export function solveLower(lower: Float64Array, vector: ArrayLike<number>): Float64Array {
  const size = vector.length;
  const out = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    let sum = vector[row];
    for (let column = 0; column < row; column++) sum -= lower[row * size + column] * out[column];
    out[row] = sum / lower[row * size + row];
  }
  return out;
}
