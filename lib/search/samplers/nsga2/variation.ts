/**
 * How NSGA-II makes a child of two parents, in numbers from 0 to 1.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";
import type { Dimension, Point } from "../../space/dimension.ts";
import { fromUnit, toUnit } from "../../space/unit.ts";
import { mutatedPoint, otherChoice } from "../mutate.ts";

/** How close children lie to their parents; the values of Deb et al. 2002. */
const crossoverIndex = 20;
const mutationIndex = 20;
const crossoverChance = 0.9;

/** A child: values of both parents mixed, one of them changed on average. */
export function childOf(
  dimensions: readonly Dimension[],
  [first, second]: readonly [Point, Point],
  random: Random,
): Point {
  const isCrossed = random.uniform() < crossoverChance;
  const mixed = mutatedPoint(
    dimensions,
    first,
    ({ name }) => isCrossed && Object.hasOwn(second, name) && random.uniform() < 0.5,
    (dimension, value) => crossed(dimension, value, second[dimension.name], random),
    random,
  );
  const chance = 1 / Object.keys(mixed).length;
  return mutatedPoint(
    dimensions,
    mixed,
    () => random.uniform() < chance,
    (dimension, value) => mutated(dimension, value, random),
    random,
  );
}

/** Simulated binary crossover (Deb and Agrawal 1995); of choices the other parent's value. */
function crossed(dimension: Dimension, value: number, other: number, random: Random): number {
  if (dimension.kind === "choice") return other;
  const [a, b] = [toUnit(dimension, value), toUnit(dimension, other)];
  const draw = random.uniform();
  const power = 1 / (crossoverIndex + 1);
  const spread = draw <= 0.5 ? (2 * draw) ** power : (1 / (2 * (1 - draw))) ** power;
  return inside(dimension, 0.5 * ((1 + spread) * a + (1 - spread) * b));
}

/** Polynomial mutation (Deb and Goyal 1996); of choices another value. */
function mutated(dimension: Dimension, value: number, random: Random): number {
  if (dimension.kind === "choice") return otherChoice(dimension.count, value, random);
  const draw = random.uniform();
  const power = 1 / (mutationIndex + 1);
  const move = draw < 0.5 ? (2 * draw) ** power - 1 : 1 - (2 * (1 - draw)) ** power;
  return inside(dimension, toUnit(dimension, value) + move);
}

function inside(dimension: Dimension, unit: number): number {
  return fromUnit(dimension, Math.min(1, Math.max(0, unit)));
}
