/**
 * Parts of a batch whose sequences are padded to the longest of their part.
 *
 * @module
 */

import type { Device } from "../engine/mod.ts";

/** About what a run costs a processor besides its tokens; half and twice as much make no difference. */
const processorRunTokens = 64;

/** The cost of a run in tokens; undefined on a device that wants large batches. */
export function runTokensOn({ batchNumbers }: Device): number | undefined {
  return batchNumbers === undefined ? undefined : processorRunTokens;
}

/**
 * Cuts sequences into parts so that their tokens with padding, and what each part costs besides its tokens,
 * are together the fewest. Of all cuts the best is found, in time that grows with the square of the count.
 *
 * @param lengths tokens of each sequence, the longest first
 * @param partTokens what a part costs besides its tokens, counted in tokens
 * @returns how many sequences each part has
 */
export function cutByLength(lengths: ArrayLike<number>, partTokens: number): number[] {
  // The least cost of the first sequences, and where the last part of them begins.
  const least = [0];
  const begin = [0];
  for (let end = 1; end <= lengths.length; end++) {
    least[end] = Infinity;
    for (let start = 0; start < end; start++) {
      const cost = least[start] + partTokens + (end - start) * lengths[start];
      if (cost < least[end]) [least[end], begin[end]] = [cost, start];
    }
  }
  const sizes: number[] = [];
  for (let end = lengths.length; end > 0; end = begin[end]) sizes.unshift(end - begin[end]);
  return sizes;
}
