/**
 * Which elements of a change are kept, and how those that are kept grow.
 *
 * @module
 */
import type { Random } from "../../../core/random.ts";
import { keepLargest } from "./keep_largest.ts";

/** Chooses elements of a change: 1 where one is kept. */
export type Sparsifier = (
  change: Float32Array,
  shape: readonly number[],
  random: Pick<Random, "uniform">,
) => Uint8Array;

/** Keeps a share of the elements, those of the largest magnitude, and one at least. */
export function byMagnitude(density: number): Sparsifier {
  return (change) =>
    keepLargest(change.map(Math.abs), Math.max(1, Math.trunc(density * change.length)));
}

/** Keeps each element with a probability. */
export function byChance(density: number): Sparsifier {
  return (change, _shape, random) =>
    Uint8Array.from(change, () => Math.fround(random.uniform()) < Math.fround(density) ? 1 : 0);
}

/** Drops a share `gamma` of the largest, and of the smallest as many as leave the density. */
export function withoutOutliers(density: number, gamma: number): Sparsifier {
  return (change) => {
    const { length } = change;
    const kept = Math.trunc(density * length);
    // As few of the largest go as leaves enough to keep.
    const outliers = Math.min(Math.trunc(gamma * length), length - kept);
    const sizes = change.map(Math.abs);
    const isOutlier = keepLargest(sizes, outliers);
    const isLarge = keepLargest(sizes, outliers + kept);
    return isLarge.map((is, at) => is && !isOutlier[at] ? 1 : 0);
  };
}

/**
 * Keeps each element with a probability that grows with the rank of its magnitude in its row, from
 * `density - spread` to `density + spread`.
 */
export function byRankedChance(density: number, spread: number): Sparsifier {
  return (change, shape, random) => {
    const width = Math.max(1, shape.length < 2 ? change.length : change.length / shape[0]);
    const isKept = new Uint8Array(change.length);
    for (let start = 0; start < change.length; start += width) {
      const row = change.subarray(start, start + width);
      const order = Array.from(row, (_, at) => at)
        .sort((a, b) => Math.abs(row[a]) - Math.abs(row[b]));
      const chances = new Float32Array(row.length);
      order.forEach((at, rank) => {
        const height = row.length === 1 ? 0 : rank / (row.length - 1);
        chances[at] = density - spread + 2 * spread * height;
      });
      chances.forEach((chance, at) => {
        isKept[start + at] = Math.fround(random.uniform()) < chance ? 1 : 0;
      });
    }
    return isKept;
  };
}

/** How what is kept makes up for what was dropped. */
export type Rescale = "l1" | "density" | "none";

/** The values of {@linkcode Rescale}. */
export const rescales: readonly Rescale[] = ["l1", "density", "none"];

const smallest = 1e-7;

/**
 * The change with zeros where nothing is kept: as it was, divided by the density (as the paper of DARE
 * does), or with the same sum of magnitudes as before (as mergekit does).
 */
export function sparse(
  change: Float32Array,
  isKept: Uint8Array,
  rescale: Rescale,
  density: number,
): Float32Array {
  const kept = change.map((value, at) => isKept[at] ? value : 0);
  if (rescale === "none") return kept;
  const factor = rescale === "density" ? 1 / density : growth(sizeOf(change), sizeOf(kept));
  return kept.map((value) => value * factor);
}

function growth(before: number, after: number): number {
  return before < smallest || after < smallest ? 1 : before / after;
}

function sizeOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}
