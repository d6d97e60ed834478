/**
 * The distribution of Kolmogorov's statistic of one large sample.
 *
 * @module
 */
import { logGamma } from "../../../core/gamma_tail.ts";

/** The formulas below are good to ten digits from here on (Simard and L'Ecuyer, 2011). */
export const leastAsymptotic = 141;

/** Above this n · x² both sides together are twice one side, to the last digits. */
const oneSidedFrom = 2.2;
const zeroFrom = 370;

/**
 * How likely the empirical distribution of n numbers is x or more away from the true one somewhere, for more
 * than 140 numbers: Smirnov's exact sum for one side, doubled, in the tail, and the expansion of Pelz and Good
 * (1976) elsewhere. As `kstwo.sf` of SciPy.
 */
export function kolmogorovTail(n: number, x: number): number {
  if (x <= 1 / (2 * n)) return 1;
  if (x >= 1) return 0;
  const square = n * x * x;
  if (square >= zeroFrom) return 0;
  if (square >= oneSidedFrom) return Math.min(1, 2 * smirnovTail(n, x));
  return Math.min(1, Math.max(0, 1 - pelzGood(n, x)));
}

/** P(D⁺ ≥ x): x · Σ C(n, j) · (x + j/n)^(j−1) · (1 − x − j/n)^(n−j), in logarithms. */
function smirnovTail(n: number, x: number): number {
  let sum = 0;
  const last = Math.floor(n * (1 - x));
  for (let j = 0; j <= last; j++) {
    const rest = 1 - x - j / n;
    if (rest <= 0) continue;
    const ways = logGamma(n + 1) - logGamma(j + 1) - logGamma(n - j + 1);
    sum += Math.exp(ways + (j - 1) * Math.log(x + j / n) + (n - j) * Math.log(rest));
  }
  return x * sum;
}

/** The distribution below x: four terms in powers of 1/√n, each a theta series (equations 12 to 16 there). */
function pelzGood(n: number, x: number): number {
  const z = Math.sqrt(n) * x;
  const [z2, pi2] = [z * z, Math.PI ** 2];
  const [z4, z6, z8] = [z2 ** 2, z2 ** 3, z2 ** 4];
  const terms = Math.ceil(16 * z / Math.PI) + 1;
  const sums = [0, 0, 0, 0];
  for (let k = terms; k >= 1; k--) {
    const odd = (2 * k - 1) ** 2;
    const weight = Math.exp(-pi2 * odd / (8 * z2));
    const u = pi2 * odd / 4; // (π · (2k − 1) / 2)²
    sums[0] += weight;
    sums[1] += weight * (u - z2);
    sums[2] += weight * (6 * z6 + 2 * z4 + (2 * z4 - 5 * z2) * u + (1 - 2 * z2) * u ** 2);
    sums[3] += weight * (
      -30 * z6 - 90 * z8 + (135 * z4 - 96 * z6) * u + (212 * z4 - 60 * z2) * u ** 2 +
      (5 - 30 * z2) * u ** 3
    );
  }
  let [second, third] = [0, 0];
  for (let k = 1; k <= terms; k++) {
    const v = pi2 * k * k;
    const weight = Math.exp(-v / (2 * z2));
    second += weight * v;
    third += weight * v * (3 * z2 - v);
  }
  const root = Math.sqrt(2 * Math.PI);
  return root * (
    sums[0] / z +
    sums[1] / (6 * z4) / Math.sqrt(n) +
    (sums[2] / (72 * z ** 7) - second / (36 * z ** 3)) / n +
    (sums[3] / (6480 * z ** 10) + third / (216 * z6)) / n ** 1.5
  );
}
