/**
 * Minimizes a smooth function between bounds: L-BFGS in the variables that are free, on a path that is cut
 * off at the bounds (Bertsekas 1982, "Projected Newton Methods for Optimization Problems with Simple
 * Constraints").
 *
 * @module
 */
import type { ValueAndGradient } from "../../../evaluate/minimize.ts";
import {
  dotProduct,
  type GradientChange,
  quasiNewtonDirection,
} from "../../../evaluate/quasi_newton.ts";

/** Where the function is looked at. */
export interface SearchBounds {
  readonly low: number;
  readonly high: number;
  /** Steps at most. */
  readonly steps: number;
}

/** Where a minimization ended. */
export interface LeastPoint {
  readonly point: Float64Array;
  readonly value: number;
}

/** What a step must gain beside what the gradient promises (Armijo, 1966), and its halvings at most. */
const leastGain = 1e-4;
const mostHalvings = 25;
/** Steps whose changes of point and gradient are remembered. */
const memory = 8;
/** It has ended where a step gains less than this beside the function's size. */
const tolerance = 1e-9;
/** How long the first step is, of which no curvature is known. */
const firstLength = 0.1;

/**
 * A local minimum of a function, and its value there; infinite where it is infinite at the start.
 *
 * @param start not changed; what lies outside the bounds is moved there
 */
export function minimizeBetween(
  at: ValueAndGradient,
  start: Float64Array,
  bounds: SearchBounds,
): LeastPoint {
  const { low, high, steps } = bounds;
  let point: Float64Array = start.map((each) => Math.min(high, Math.max(low, each)));
  let gradient: Float64Array = new Float64Array(point.length);
  let value = at(point, gradient);
  let changes: GradientChange[] = [];
  for (let step = 0; step < steps && Number.isFinite(value); step++) {
    const free = gradient.map((slope, i) =>
      (point[i] <= low && slope > 0) || (point[i] >= high && slope < 0) ? 0 : slope
    );
    let direction: Float64Array = quasiNewtonDirection(free, changes)
      .map((move, i) => free[i] === 0 ? 0 : move);
    if (dotProduct(direction, gradient) >= 0) {
      [direction, changes] = [free.map((slope) => -slope), []];
    }
    const next = stepAlong(at, { point, gradient, value }, direction, bounds, changes.length > 0);
    if (next === undefined) {
      if (changes.length === 0) break;
      changes = []; // once more, along the gradient
      continue;
    }
    changes = withChange(
      changes,
      difference(next.point, point),
      difference(next.gradient, gradient),
    );
    const gain = value - next.value;
    ({ point, gradient, value } = next);
    if (gain <= tolerance * Math.max(1, Math.abs(value))) break;
  }
  return { point, value };
}

interface Place extends LeastPoint {
  readonly gradient: Float64Array;
}

/** The first point on the way, halved until it gains enough; `undefined` where none does. */
function stepAlong(
  at: ValueAndGradient,
  { point, gradient, value }: Place,
  direction: Float64Array,
  { low, high }: SearchBounds,
  isCurvatureKnown: boolean,
): Place | undefined {
  const size = Math.sqrt(dotProduct(direction, direction)) || 1;
  let length = isCurvatureKnown ? 1 : Math.min(1, firstLength / size);
  for (let halving = 0; halving < mostHalvings; halving++, length /= 2) {
    const next = point.map((each, i) =>
      Math.min(high, Math.max(low, each + length * direction[i]))
    );
    const promised = dotProduct(gradient, difference(next, point));
    if (promised >= 0) continue;
    const nextGradient = new Float64Array(point.length);
    const nextValue = at(next, nextGradient);
    if (nextValue <= value + leastGain * promised) {
      return { point: next, gradient: nextGradient, value: nextValue };
    }
  }
  return undefined;
}

function withChange(
  changes: readonly GradientChange[],
  moved: Float64Array,
  turned: Float64Array,
): GradientChange[] {
  const product = dotProduct(moved, turned);
  // A change without positive curvature would make the direction point upwards.
  return product > 0 ? [...changes, { moved, turned, product }].slice(-memory) : [...changes];
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((each, i) => each - b[i]);
}
