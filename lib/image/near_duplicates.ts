/**
 * Images that look alike, by their perceptual hashes.
 *
 * @module
 */
import { bitCount, hashBits } from "./perceptual_hash.ts";

/**
 * Groups of items whose hashes differ in few bits, each with at least two: an item is in a group where it is
 * near any other of it. Compares all pairs.
 *
 * @param hashes of `perceptualHash`
 * @param maxDistance the most bits by which neighbours differ
 * @returns the numbers of the items, from 0, in their order
 *
 * @example
 * ```ts
 * import { nearDuplicates } from "./near_duplicates.ts";
 * import assert from "node:assert/strict";
 *
 * const hashes = ["a342030303fcfdfd", "bc56fc295229fa28", "a343030303fcfcfd"];
 * assert.deepEqual(nearDuplicates(hashes, 4), [[0, 2]]);
 * ```
 */
export function nearDuplicates(hashes: readonly string[], maxDistance: number): number[][] {
  const words = Int32Array.from(hashes.flatMap(hashBits));
  const parents = Int32Array.from(hashes, (_, at) => at);
  const rootOf = (at: number): number => {
    while (parents[at] !== at) at = parents[at] = parents[parents[at]];
    return at;
  };
  for (let one = 0; one < hashes.length; one++) {
    for (let other = one + 1; other < hashes.length; other++) {
      const distance = bitCount(words[2 * one] ^ words[2 * other]) +
        bitCount(words[2 * one + 1] ^ words[2 * other + 1]);
      if (distance <= maxDistance) parents[rootOf(other)] = rootOf(one);
    }
  }
  const groups = Map.groupBy(hashes.keys(), rootOf);
  return [...groups.values()].filter(({ length }) => length > 1);
}
