/**
 * Rows that are unlike all held-out ones.
 *
 * @module
 */
import { profileVectors, type ReferenceProfile } from "./profile/reference_profile.ts";
import type { RowSignals } from "./signals/row_signals.ts";

/** Finds rows that lie outside of what the profile has seen. */
export interface OutlierTest {
  /** The signals in which a row is beyond every held-out one: shorter, less sure, with other words. */
  beyond(row: RowSignals): string[];
  /** Which share of rows of the reference's own distribution would be found, at most. */
  readonly expectedShare: number;
}

/** Fewer reference rows have seen too little. */
const leastReference = 100;

/**
 * A row is an outlier where a number is below the least or above the greatest held-out one, or where its
 * vector is farther from the nearest held-out one than these are from each other. Of n held-out values a new
 * one of the same distribution is beyond the greatest once in n + 1 times (conformal anomaly detection:
 * Laxhammar and Falkman, 2010).
 */
export function outlierTest(profile: ReferenceProfile): OutlierTest {
  const numbers = Object.entries(profile.numbers)
    .filter(([, values]) => values.length >= leastReference);
  const all = profileVectors(profile).map(normalised);
  const vectors = all.length >= leastReference ? all : [];
  const farthest = vectors.reduce(
    (most, vector, at) => Math.max(most, nearest(vector, vectors, at)),
    0,
  );
  return {
    beyond(row) {
      const found = numbers.filter(([name, sorted]) => {
        const value = row.numbers[name];
        return value !== undefined && (value < sorted[0] || value > sorted.at(-1)!);
      }).map(([name]) => name);
      const isFar = vectors.length > 0 && row.vector !== undefined &&
        nearest(normalised(row.vector), vectors) > farthest;
      return isFar ? [...found, "vectors"] : found;
    },
    expectedShare: Math.min(
      1,
      numbers.reduce((sum, [, { length }]) => sum + 2 / (length + 1), 0) +
        (vectors.length > 0 ? 1 / (vectors.length + 1) : 0),
    ),
  };
}

function normalised(bytes: Int8Array): Float32Array {
  const length = Math.sqrt(bytes.reduce((sum, byte) => sum + byte * byte, 0));
  return Float32Array.from(bytes, (byte) => length > 0 ? byte / length : 0);
}

/** One minus the largest cosine to any of the vectors but the one at `own`. */
function nearest(vector: Float32Array, vectors: readonly Float32Array[], own = -1): number {
  let largest = -1;
  vectors.forEach((other, at) => {
    if (at === own) return;
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += vector[i] * other[i];
    largest = Math.max(largest, sum);
  });
  return 1 - largest;
}
