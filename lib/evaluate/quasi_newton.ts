/**
 * The direction of L-BFGS (Liu and Nocedal, "On the limited memory BFGS method for large scale
 * optimization", 1989).
 *
 * @module
 */

/** What a step changed: the point and the gradient, and their product, which is above 0. */
export interface GradientChange {
  readonly moved: Float64Array;
  readonly turned: Float64Array;
  readonly product: number;
}

/** The direction of descent: the two loops over the remembered changes, the oldest of which is the first. */
export function quasiNewtonDirection(
  gradient: Float64Array,
  changes: readonly GradientChange[],
): Float64Array {
  const direction = gradient.map((each) => -each);
  const shares: number[] = [];
  for (const { moved, turned, product } of changes.toReversed()) {
    const share = dotProduct(moved, direction) / product;
    shares.push(share);
    turned.forEach((each, i) => direction[i] -= share * each);
  }
  const last = changes.at(-1);
  if (last) {
    const scale = last.product / dotProduct(last.turned, last.turned);
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  changes.forEach(({ moved, turned, product }, at) => {
    const share = shares[changes.length - 1 - at] - dotProduct(turned, direction) / product;
    moved.forEach((each, i) => direction[i] += share * each);
  });
  return direction;
}

/** The sum of the products of two vectors' elements. */
export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
