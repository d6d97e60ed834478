/**
 * The normal distribution, also far out in its tails.
 *
 * @module
 */
import { normalTail } from "../core/gamma_tail.ts";

const logOfRootTwoPi = 0.5 * Math.log(2 * Math.PI);
/** Below it the tail's logarithm comes from its continued fraction, so that it never is that of 0. */
const farOut = -8;
/** Terms of the continued fraction: enough for the last digits of a double from 8 on. */
const fractionTerms = 40;

/** How likely a standard normal number is at most z. */
export function normalCdf(z: number): number {
  return normalTail(-z);
}

/** The logarithm of the standard normal density. */
export function logNormalDensity(z: number): number {
  return -0.5 * z * z - logOfRootTwoPi;
}

/** How likely a standard normal number lies between two bounds, exact to its last digits in both tails. */
export function normalMass(from: number, to: number): number {
  return from > 0 ? normalTail(from) - normalTail(to) : normalTail(-to) - normalTail(-from);
}

/**
 * Mills' ratio of the lower tail, Φ(z) / φ(z), for z below 0 (Laplace's continued fraction; Abramowitz and
 * Stegun 26.2.14).
 */
function lowerMillsRatio(z: number): number {
  if (z > farOut) return Math.exp(Math.log(normalCdf(z)) - logNormalDensity(z));
  let fraction = -z;
  for (let term = fractionTerms; term > 0; term--) fraction = -z + term / fraction;
  return 1 / fraction;
}

/**
 * The logarithm of φ(z) + z Φ(z), the expected improvement over 0 of a normal number with mean z and
 * variance 1, exact where both of its terms are as good as 0 (Ament et al. 2023, "Unexpected Improvements to
 * Expected Improvement").
 */
export function logImprovement(z: number): number {
  if (z > -1) return Math.log(Math.exp(logNormalDensity(z)) + z * normalCdf(z));
  // 1 + z · Mills' ratio loses its digits below, where its own series is exact.
  const left = z > -1e3 ? Math.log1p(z * lowerMillsRatio(z)) : -2 * Math.log(-z);
  return logNormalDensity(z) + left;
}

/** The derivative of `logImprovement`: Φ(z) / (φ(z) + z Φ(z)). */
export function logImprovementSlope(z: number): number {
  const logCdf = z > farOut
    ? Math.log(normalCdf(z))
    : logNormalDensity(z) + Math.log(lowerMillsRatio(z));
  return Math.exp(logCdf - logImprovement(z));
}
