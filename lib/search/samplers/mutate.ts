/**
 * Small changes of a point, as evolution makes them.
 *
 * @module
 */
import type { Random } from "../../core/random.ts";
import { type Dimension, isActive, type Point, pointFrom } from "../space/dimension.ts";
import { fromUnit } from "../space/unit.ts";

/**
 * A point near another: some of its dimensions are changed, and what has a value only beside a changed
 * choice is drawn evenly.
 *
 * @param isChanged which dimensions are; only those with a value are asked for
 * @param changed the new value of a dimension
 */
export function mutatedPoint(
  dimensions: readonly Dimension[],
  point: Point,
  isChanged: (dimension: Dimension) => boolean,
  changed: (dimension: Dimension, value: number) => number,
  random: Random,
): Point {
  return pointFrom(dimensions, (dimension) => {
    if (!Object.hasOwn(point, dimension.name) || !isActive(dimension, point)) {
      return fromUnit(dimension, random.uniform());
    }
    const value = point[dimension.name];
    return isChanged(dimension) ? changed(dimension, value) : value;
  });
}

/** Another value of a choice, each as likely; the same where it has only one. */
export function otherChoice(count: number, value: number, random: Random): number {
  if (count === 1) return value;
  const other = random.integer(count - 1);
  return other < value ? other : other + 1;
}
