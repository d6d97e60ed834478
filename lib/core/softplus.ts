/**
 * The logarithm that losses of yes and no are made of.
 *
 * @module
 */

/** ln(1 + e^z), also where e^z is no number. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
