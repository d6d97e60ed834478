/**
 * The beta distribution, and with it Student's t and the binomial distribution.
 *
 * @module
 */
import { logGamma } from "./gamma_tail.ts";

const mostTerms = 10_000;
/** What stands for 0 in Lentz' method. */
const tiny = 1e-300;
/** Halvings of an interval that holds a quantile, down to the last digits of a double. */
const mostHalvings = 200;

/**
 * The share of a beta distribution below x, the regularised incomplete beta function (Press et al., Numerical
 * Recipes, 6.4): a continued fraction on the side where it converges fast, to the last digits of a double.
 */
export function betaShare(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return x < (a + 1) / (a + b + 2) ? betaFraction(a, b, x) : 1 - betaFraction(b, a, 1 - x);
}

function betaFraction(a: number, b: number, x: number): number {
  const scale = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  );
  let c = 1;
  let d = 1 / nonZero(1 - (a + b) * x / (a + 1));
  let fraction = d;
  const take = (numerator: number) => {
    d = 1 / nonZero(1 + numerator * d);
    c = nonZero(1 + numerator / c);
    fraction *= d * c;
    return Math.abs(d * c - 1);
  };
  for (let m = 1; m < mostTerms; m++) {
    const even = a + 2 * m;
    take(m * (b - m) * x / ((even - 1) * even));
    if (take(-(a + m) * (a + b + m) * x / (even * (even + 1))) < Number.EPSILON) break;
  }
  return scale * fraction / a;
}

function nonZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** How likely Student's t of so many degrees of freedom is this far from 0, or farther, on either side. */
export function studentTails(t: number, freedom: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? NaN : 0;
  return betaShare(freedom / 2, 0.5, freedom / (freedom + t * t));
}

/**
 * The t that Student's t of so many degrees of freedom stays within with this likelihood: 12.706 for 0.95 and one
 * degree.
 */
export function studentQuantile(within: number, freedom: number): number {
  const outside = 1 - within;
  let high = 1;
  while (studentTails(high, freedom) > outside) high *= 2;
  let low = 0;
  for (let i = 0; i < mostHalvings; i++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentTails(middle, freedom) > outside) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** How likely at most `successes` of `trials` succeed that each do with likelihood `chance`. */
export function binomialShare(successes: number, trials: number, chance: number): number {
  if (successes < 0) return 0;
  if (successes >= trials) return 1;
  return betaShare(trials - successes, successes + 1, 1 - chance);
}
