/**
 * Whether two samples of numbers are of one distribution.
 *
 * @module
 */
import { checkOptions, refuseOptions } from "../../../core/check_options.ts";
import { mistakes, optionMistake } from "../../../core/errors.ts";
import { oneOf, type Rules } from "../../../core/option_rules.ts";
import type { DriftTest } from "./chi_square.ts";
import { kolmogorovTail, leastAsymptotic } from "./kolmogorov_tail.ts";

/** How to compute the p-value. */
export interface KolmogorovSmirnovOptions {
  /**
   * `exact` counts all orders of the two samples, in a time that grows with the product of their sizes.
   * `asymptotic` takes the distribution of one sample of n·m / (n + m) numbers, rounded, which must be more
   * than 140. Unless given exact where the product is at most ten million.
   */
  readonly method?: "exact" | "asymptotic";
}

/** A test of numbers. */
export interface KolmogorovSmirnovTest extends DriftTest {
  /** The largest difference of the two shares of numbers up to a value. */
  readonly statistic: number;
  readonly method: "exact" | "asymptotic";
}

const rules: Rules<KolmogorovSmirnovOptions> = { method: oneOf(["exact", "asymptotic"]) };

/** Steps that take some hundredths of a second. */
const mostExact = 1e7;

/**
 * The two-sample Kolmogorov-Smirnov test, two-sided. Equals SciPy's `ks_2samp` with the same method; as
 * there, the exact p-value is that of numbers without ties, and with ties it is too large rather than too
 * small.
 *
 * Throws an error of kind "input" for an empty sample, for what is no number, and for samples too small for
 * the asymptotic p-value.
 *
 * @example
 * ```ts
 * import { kolmogorovSmirnov } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { statistic, pValue } = kolmogorovSmirnov([1, 2, 3, 4], [5, 6, 7, 8]);
 * assert.equal(statistic, 1);
 * assert.ok(Math.abs(pValue - 2 / 70) < 1e-12); // 2 of the 70 ways to put eight numbers in order
 * ```
 */
export function kolmogorovSmirnov(
  reference: ArrayLike<number>,
  served: ArrayLike<number>,
  options: KolmogorovSmirnovOptions = {},
): KolmogorovSmirnovTest {
  checkOptions("kolmogorovSmirnov", options, rules);
  checkSamples({ reference, served });
  const [n, m] = [reference.length, served.length];
  const { method = n * m <= mostExact ? "exact" : "asymptotic" } = options;
  const apart = largestDifference(
    Float64Array.from(reference).sort(),
    Float64Array.from(served).sort(),
  );
  const statistic = apart / (n * m);
  if (method === "exact") return { statistic, pValue: exactTail(n, m, apart), method };
  const size = Math.round(n * m / (n + m));
  if (size < leastAsymptotic) {
    refuseOptions("kolmogorovSmirnov", [
      optionMistake(
        "method",
        `is "asymptotic", but samples of ${n} and ${m} are too small for it; leave it out`,
      ),
    ]);
  }
  return { statistic, pValue: kolmogorovTail(size, statistic), method };
}

/** The largest difference of the two empirical distributions, times n · m, which makes it whole. */
function largestDifference(first: Float64Array, second: Float64Array): number {
  const [n, m] = [first.length, second.length];
  let [i, j, largest] = [0, 0, 0];
  while (i < n && j < m) {
    const value = Math.min(first[i], second[j]);
    while (i < n && first[i] === value) i++;
    while (j < m && second[j] === value) j++;
    largest = Math.max(largest, Math.abs(i * m - j * n));
  }
  return largest;
}

/**
 * The share of all orders of n and m numbers whose largest difference is `apart` or more. An order is a path
 * from (0, 0) to (n, m); the share of paths that stay inside is carried from row to row (Kim and Jennrich,
 * 1973).
 */
function exactTail(n: number, m: number, apart: number): number {
  if (apart === 0) return 1;
  // inside[j]: of the paths to (i, j), the share that has not come so far apart.
  const inside = new Float64Array(m + 1);
  for (let j = 0; j <= m; j++) inside[j] = j * n < apart ? 1 : 0;
  for (let i = 1; i <= n; i++) {
    if (i * m >= apart) inside[0] = 0;
    for (let j = 1; j <= m; j++) {
      inside[j] = Math.abs(i * m - j * n) >= apart
        ? 0
        : (i * inside[j] + j * inside[j - 1]) / (i + j);
    }
  }
  return Math.min(1, Math.max(0, 1 - inside[m]));
}

function checkSamples(samples: Readonly<Record<string, ArrayLike<number>>>): void {
  const wrong = Object.entries(samples).flatMap(([name, values]) => {
    if (values.length === 0) return [`${name} has no numbers`];
    const bad = Array.from(values).findIndex((value) => !Number.isFinite(value));
    return bad < 0 ? [] : [`${name}: number ${bad + 1} is ${values[bad]}`];
  });
  if (wrong.length > 0) throw mistakes("input", "these samples cannot be compared:", wrong);
}
