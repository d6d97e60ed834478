/**
 * Values of dimensions as numbers from 0 to 1, the same width for each: logarithms where ratios count,
 * and an interval of its own for every whole number and every value of a choice.
 *
 * @module
 */
import type { Dimension, NumberDimension } from "./dimension.ts";

/** The ends of a dimension in the numbers that are spread evenly, half a step outside the values. */
function ends({ low, high, step, log }: NumberDimension): [from: number, to: number] {
  const margin = step / 2;
  return log ? [Math.log(low - margin), Math.log(high + margin)] : [low - margin, high + margin];
}

/** A number of a dimension, or one between its values, from 0 to 1. */
export function unitOfNumber(dimension: NumberDimension, value: number): number {
  const [from, to] = ends(dimension);
  if (to === from) return 0.5;
  return Math.min(1, Math.max(0, ((dimension.log ? Math.log(value) : value) - from) / (to - from)));
}

/** The middle of what a value covers. */
export function toUnit(dimension: Dimension, value: number): number {
  return dimension.kind === "choice"
    ? (value + 0.5) / dimension.count
    : unitOfNumber(dimension, value);
}

/** The value that covers a number from 0 to 1. */
export function fromUnit(dimension: Dimension, unit: number): number {
  if (dimension.kind === "choice") {
    return Math.min(dimension.count - 1, Math.max(0, Math.floor(unit * dimension.count)));
  }
  const { low, high, step, log } = dimension;
  // Logarithms and back would miss the bounds by their last digit.
  if (unit <= 0) return low;
  if (unit >= 1) return high;
  const [from, to] = ends(dimension);
  const between = from + unit * (to - from);
  const value = log ? Math.exp(between) : between;
  const stepped = step === 0 ? value : low + Math.round((value - low) / step) * step;
  return Math.min(high, Math.max(low, stepped));
}
