/**
 * Tails of the chi-square and the normal distribution, by the regularised incomplete gamma function.
 *
 * @module
 */

/** Lanczos' approximation with g = 7 and nine terms (Godfrey, 2001): 15 digits. */
const lanczosG = 7;
// deno-fmt-ignore
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** The logarithm of the gamma function of a number above 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + lanczosG + 0.5;
  let sum = lanczos[0];
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i] / (shifted + i);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}

const mostTerms = 10_000;
/** What stands for 0 in Lentz' method. */
const tiny = 1e-300;

/**
 * The share of a gamma distribution of this shape above x (Press et al., Numerical Recipes, 6.2): a
 * series below the mean, a continued fraction above it, each to the last digits of a double.
 */
export function gammaTail(shape: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  if (x < shape + 1) {
    let [term, sum] = [1 / shape, 1 / shape];
    for (let i = 1; i < mostTerms && term > sum * Number.EPSILON; i++) {
      term *= x / (shape + i);
      sum += term;
    }
    return 1 - scale * sum;
  }
  let b = x + 1 - shape;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1; i < mostTerms; i++) {
    const a = -i * (i - shape);
    b += 2;
    d = 1 / (nonZero(a * d + b));
    c = nonZero(b + a / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < Number.EPSILON) break;
  }
  return scale * fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** How likely a chi-square number of so many degrees of freedom is this large or larger. */
export function chiSquareTail(statistic: number, freedom: number): number {
  return gammaTail(freedom / 2, statistic / 2);
}

/** How likely a standard normal number is this large or larger. */
export function normalTail(z: number): number {
  const half = gammaTail(0.5, z * z / 2) / 2;
  return z >= 0 ? half : 1 - half;
}
