/**
 * Points as the kernel reads them.
 *
 * @module
 */
import type { Dimension, Point } from "../../space/dimension.ts";
import { toUnit } from "../../space/unit.ts";

/** What stands for a number that has no value: the middle, so that the choice alone makes the distance. */
const absentNumber = 0.5;
/** What stands for a choice that has no value: none of its values. */
const absentChoice = -1;

/** Numbers from 0 to 1, of choices the number of the value; [dimensions]. */
export function encodedPoint(dimensions: readonly Dimension[], point: Point): Float64Array {
  return Float64Array.from(dimensions, (dimension) => {
    const value: number | undefined = point[dimension.name];
    if (dimension.kind === "choice") return value ?? absentChoice;
    return value === undefined ? absentNumber : toUnit(dimension, value);
  });
}
