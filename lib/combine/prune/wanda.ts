/**
 * Wanda: weights by their size and that of what they are multiplied with.
 *
 * @module
 */
import type { UnitGroup } from "./unit_group.ts";
import type { UnitScores } from "./unit_scores.ts";

/**
 * The score of each weight, |W| · ‖x‖ (Sun et al. 2023, arXiv 2306.11695).
 *
 * @param weight [outputs, inputs]
 * @param inputNorms the Euclidean norm of each input over all tokens that were seen, [inputs]
 */
export function wandaWeights(weight: Float32Array, inputNorms: ArrayLike<number>): Float32Array {
  return weight.map((value, at) => Math.abs(value) * inputNorms[at % inputNorms.length]);
}

/**
 * The sum of the scores of the weights that read a unit: whole columns of Wanda's scores, as An et al. (2023,
 * arXiv 2312.11983) take them as Wanda's structured form.
 *
 * @param weight of the linear layer that reads the units, [outputs, inputs]
 */
export function wandaScores(
  { units, reader: { size } }: UnitGroup,
  weight: Float32Array,
  inputNorms: ArrayLike<number>,
): UnitScores {
  const scores = new Float64Array(units);
  wandaWeights(weight, inputNorms)
    .forEach((score, at) => scores[Math.floor((at % inputNorms.length) / size)] += score);
  return scores;
}
