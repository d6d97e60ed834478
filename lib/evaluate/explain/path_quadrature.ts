/**
 * Where the way from a baseline to an input is followed: a rule for an integrand that is large in one part of it.
 *
 * A trained model says the same along most of the way and changes its mind in a short part of it, so that evenly spread
 * points miss what matters: of fifty, five or six lie there. What the model says at a few points, which takes a third
 * of a gradient's time, tells where. The map t = c + w · sinh(u) (Johnston and Elliott 2005, doi 10.1002/nme.1208) makes
 * a peak at c of width w flat, and Gauss–Legendre quadrature follows u.
 *
 * @module
 */
import { gaussLegendre, type Quadrature } from "./gauss_legendre.ts";

/** How much of all changes lies in the part that counts as the peak. */
const peakShare = 0.75;

/**
 * A rule with so many nodes for integrals over [0, 1] of what `sums`, values at evenly spread points from 0 to 1, change
 * by. Where they change alike all along the way, the nodes are spread almost as Gauss and Legendre's.
 */
export function pathQuadrature(sums: readonly number[], count: number): Quadrature {
  const changes = sums.slice(1).map((sum, at) => Math.abs(sum - sums[at]));
  const { centre, width } = peakOf(changes);
  const [from, to] = [Math.asinh(-centre / width), Math.asinh((1 - centre) / width)];
  const even = gaussLegendre(count);
  const along = even.nodes.map((node) => from + node * (to - from));
  return {
    nodes: along.map((each) => centre + width * Math.sinh(each)),
    weights: even.weights.map((weight, at) => weight * (to - from) * width * Math.cosh(along[at])),
  };
}

/** The middle and the standard deviation of the shortest part that has most of the changes. */
function peakOf(changes: readonly number[]): { centre: number; width: number } {
  const parts = changes.length;
  const all = sumOf(changes);
  // Nothing changes, and every rule is right.
  if (!(all > 0)) return { centre: 0.5, width: 0.5 };
  const [start, end] = shortestWith(changes, peakShare * all);
  const peak = changes.slice(start, end);
  const whole = sumOf(peak);
  const mean = (of: (middle: number) => number) =>
    sumOf(peak.map((change, at) => change * of((start + at + 0.5) / parts))) / whole;
  const centre = mean((middle) => middle);
  // Within a part changes are taken for even, whose variance is a twelfth of the squared length.
  const variance = mean((middle) => (middle - centre) ** 2) + 1 / (12 * parts ** 2);
  return { centre, width: Math.sqrt(variance) };
}

/** The shortest stretch whose changes add up to so much, and of those the one with most. */
function shortestWith(changes: readonly number[], wanted: number): [start: number, end: number] {
  for (let length = 1; length < changes.length; length++) {
    const starts = Array.from({ length: changes.length - length + 1 }, (_, start) => start);
    const sums = starts.map((start) => sumOf(changes.slice(start, start + length)));
    const most = Math.max(...sums);
    if (most >= wanted) return [sums.indexOf(most), sums.indexOf(most) + length];
  }
  return [0, changes.length];
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
