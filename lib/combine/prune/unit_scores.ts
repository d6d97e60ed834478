/**
 * Scores of units, and which units stay by them.
 *
 * @module
 */
import type { Random } from "../../core/random.ts";
import type { UnitGroup } from "./unit_group.ts";

/** A score for each unit of a group: those with the largest stay. */
export type UnitScores = Float64Array;

/** Widths are multiples of it where the whole one is: blocks of quantised weights have as many numbers. */
const widthStep = 32;

/** How many units of a group a share is. */
export function keptCount(
  { kind, units }: Pick<UnitGroup, "kind" | "units">,
  share: number,
): number {
  const step = kind === "feedForward" && units % widthStep === 0 ? widthStep : 1;
  return Math.max(1, Math.round(share * units / step)) * step;
}

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
