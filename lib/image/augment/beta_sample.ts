/**
 * Random shares.
 *
 * @module
 */
import type { Random } from "../../core/random.ts";

/** A number from a Beta distribution with both parameters `alpha`. */
export function betaSample(alpha: number, random: Random): number {
  const first = gammaSample(alpha, random);
  const second = gammaSample(alpha, random);
  // Both are 0 only where alpha is tiny, and then the share is at one of its ends.
  return first + second === 0 ? random.integer(2) : first / (first + second);
}

/** Marsaglia and Tsang, "A simple method for generating gamma variables" (2000). */
function gammaSample(shape: number, random: Random): number {
  if (shape < 1) return gammaSample(shape + 1, random) * (1 - random.uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = random.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random.uniform()) < x * x / 2 + d - d * v + d * Math.log(v)) {
      return d * v;
    }
  }
}
