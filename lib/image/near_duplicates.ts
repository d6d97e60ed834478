/**
 * Images that look alike, by their perceptual hashes.
 *
 * @module
 */
import { bitCount, hashBits } from "./perceptual_hash.ts";

/**
 * Groups of items whose hashes differ in few bits, each with at least two: an item is in a group where it is
 * near any other of it.
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
  const same = [...Map.groupBy(hashes.keys(), (at) => hashes[at])];
  const words = same.map(([hash]) => hashBits(hash));
  const parents = Int32Array.from(same, (_, at) => at);
  const rootOf = (at: number): number => {
    while (parents[at] !== at) at = parents[at] = parents[parents[at]];
    return at;
  };
  for (const [from, to] of bandsFor(maxDistance)) {
    for (const alike of Map.groupBy(same.keys(), (at) => same[at][0].slice(from, to)).values()) {
      for (const [i, one] of alike.entries()) {
        for (const other of alike.slice(i + 1)) {
          const distance = bitCount(words[one][0] ^ words[other][0]) +
            bitCount(words[one][1] ^ words[other][1]);
          if (distance <= maxDistance) parents[rootOf(other)] = rootOf(one);
        }
      }
    }
  }
  const groups = Map.groupBy(same.keys(), rootOf);
  return [...groups.values()].map((group) => group.flatMap((at) => same[at][1]))
    .filter(({ length }) => length > 1)
    .map((group) => group.sort((a, b) => a - b))
    .sort(([a], [b]) => a - b);
}

const hexDigits = 16;

/**
 * Parts of hashes, from a digit to another: where so few bits differ, one part more than them leaves one that is
 * equal, so that only hashes with an equal part are compared.
 */
function bandsFor(maxDistance: number): (readonly [from: number, to: number])[] {
  const count = maxDistance + 1;
  // With more bits than digits nothing need be equal, and all are compared.
  if (count > hexDigits) return [[0, 0]];
  const start = (band: number) => Math.floor(band * hexDigits / count);
  return Array.from({ length: count }, (_, band) => [start(band), start(band + 1)]);
}
