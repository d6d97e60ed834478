/**
 * Scores of units, and which units stay by them.
 *
 * @module
 */
import type { Random } from "../../core/random.ts";
import type { UnitGroup } from "./unit_group.ts";

/** A score for each unit of a group: those with the largest stay. */
export type UnitScores = Float64Array;

/** The units with the largest scores, in rising order; of equal ones the first. */
export function bestUnits(scores: ArrayLike<number>, count: number): number[] {
  return Array.from(scores, (score, unit) => ({ score, unit }))
    .sort((one, other) => other.score - one.score || one.unit - other.unit)
    .slice(0, count)
    .map(({ unit }) => unit)
    .sort((one, other) => one - other);
}

/** Scores by chance: what a criterion is worth is seen beside them. */
export function randomScores({ units }: UnitGroup, random: Pick<Random, "uniform">): UnitScores {
  return Float64Array.from({ length: units }, () => random.uniform());
}
