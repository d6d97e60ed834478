/**
 * Units by whether a training has moved their weights away from zero.
 *
 * @module
 */
import { unitSquares } from "./magnitude.ts";
import type { UnitGroup } from "./unit_group.ts";
import type { UnitScores } from "./unit_scores.ts";

/**
 * Half of what a training has added to the sum of squares of all weights that make or read a unit: above 0 where they
 * moved away from zero, below 0 where towards it. It is what movement pruning adds up step by step, −∂L/∂W · W (Sanh et
 * al. 2020, arXiv 2005.07683): each small step of gradient descent changes W by dW = −∂L/∂W, and the sum of W · dW from
 * one W to another is half of the difference of their squares.
 *
 * @param weightOf the numbers of a linear layer's weight [outputs, inputs] after the training, by its path
 * @param weightBefore the same before the training
 */
export function movementScores(
  group: UnitGroup,
  weightOf: (path: string) => Float32Array,
  weightBefore: (path: string) => Float32Array,
): UnitScores {
  const before = unitSquares(group, weightBefore);
  return unitSquares(group, weightOf).map((after, unit) => (after - before[unit]) / 2);
}
