/**
 * Units by the size of their weights.
 *
 * @module
 */
import type { UnitGroup, UnitMatrix } from "./unit_group.ts";
import type { UnitScores } from "./unit_scores.ts";

/**
 * The root of the sum of squares of all weights that make or read a unit (Li et al. 2017, arXiv 1608.08710, with
 * squares): rows of the matrices before, columns of the one behind. Biases do not count.
 *
 * @param weightOf the numbers of a linear layer's weight [outputs, inputs], by its path
 */
export function magnitudeScores(
  group: UnitGroup,
  weightOf: (path: string) => Float32Array,
): UnitScores {
  return unitSquares(group, weightOf).map(Math.sqrt);
}

/** The sum of squares of all weights that make or read a unit. */
export function unitSquares(
  { units, makers, reader }: UnitGroup,
  weightOf: (path: string) => Float32Array,
): Float64Array {
  const squares = new Float64Array(units);
  for (const { path } of makers) addRows(squares, weightOf(path));
  addColumns(squares, weightOf(reader.path), reader);
  return squares;
}

function addRows(squares: Float64Array, weight: Float32Array): void {
  const ofUnit = weight.length / squares.length;
  for (let at = 0; at < weight.length; at++) squares[Math.floor(at / ofUnit)] += weight[at] ** 2;
}

function addColumns(squares: Float64Array, weight: Float32Array, { size }: UnitMatrix): void {
  const width = squares.length * size;
  for (let at = 0; at < weight.length; at++) {
    squares[Math.floor((at % width) / size)] += weight[at] ** 2;
  }
}
