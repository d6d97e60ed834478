/**
 * Finds the minimum of a smooth function (L-BFGS: Liu and Nocedal, "On the limited memory BFGS method
 * for large scale optimization", 1989).
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { dotProduct, type GradientChange, quasiNewtonDirection } from "./quasi_newton.ts";

/** The value at a point; writes the gradient there into `gradient`. */
export type ValueAndGradient = (point: Float64Array, gradient: Float64Array) => number;

/** Steps whose changes of point and gradient are remembered, as in SciPy. */
const memory = 10;
/** No part of the gradient may be larger in the end, unless told otherwise. */
const usualTolerance = 1e-8;
const mostSteps = 2000;
/** A step must lower the value by this share of what its slope promises (Armijo, 1966). */
const leastDecrease = 1e-4;
const mostHalvings = 60;

/**
 * Where a convex function is least. Throws an error of kind "diverged" where its value is no number.
 *
 * @param start not changed
 */
export function minimize(
  at: ValueAndGradient,
  start: Float64Array,
  { tolerance = usualTolerance }: { readonly tolerance?: number | undefined } = {},
): Float64Array {
  let point = start.slice();
  let gradient = new Float64Array(point.length);
  let value = at(point, gradient);
  const changes: GradientChange[] = [];
  for (let step = 0; step < mostSteps; step++) {
    if (!Number.isFinite(value)) {
      throw new TunebookError("diverged", `the loss became ${value}; are the vectors very large?`);
    }
    if (gradient.every((each) => Math.abs(each) <= tolerance)) break;
    const direction = quasiNewtonDirection(gradient, changes);
    const slope = dotProduct(gradient, direction);
    // The first step has no memory to tell how long it should be.
    let length = changes.length === 0
      ? 1 / Math.max(1, Math.sqrt(dotProduct(gradient, gradient)))
      : 1;
    let next = point;
    let nextValue = value;
    const nextGradient = new Float64Array(point.length);
    let halvings = 0;
    for (; halvings < mostHalvings; halvings++, length /= 2) {
      next = point.map((each, i) => each + length * direction[i]);
      nextValue = at(next, nextGradient);
      if (nextValue <= value + Math.min(leastDecrease * length * slope, -rounding(value))) break;
      // So near to the minimum values tell nothing any more, but gradients do.
      const isFlat = Math.abs(nextValue - value) <= rounding(value);
      if (isFlat && dotProduct(nextGradient, nextGradient) < dotProduct(gradient, gradient)) break;
    }
    if (halvings === mostHalvings) break; // rounding hides any further decrease
    const moved = next.map((each, i) => each - point[i]);
    const turned = nextGradient.map((each, i) => each - gradient[i]);
    const product = dotProduct(moved, turned);
    if (product > 0) changes.push({ moved, turned, product });
    if (changes.length > memory) changes.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return point;
}

/** Differences of values that rounding makes, from thousands of terms. */
function rounding(value: number): number {
  const terms = 64;
  return terms * Number.EPSILON * Math.abs(value);
}
