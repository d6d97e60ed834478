/**
 * Numbers of tokens as a batch is fed with them.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";
import { type BatchLayout, paddedLayout } from "../../text/batch_layout.ts";

/**
 * The numbers of sequences, each [tokens · width], where the batch has their tokens: [rows, sequence, width], 0 at
 * padding.
 */
export function tokenFeed(
  each: readonly Float32Array[],
  width: number,
  layout: BatchLayout | undefined,
): HostTensor {
  const { rows, length, starts } = layout ??
    paddedLayout(each.map((tokens) => tokens.length / width));
  const data = new Float32Array(rows * length * width);
  each.forEach((tokens, at) => data.set(tokens, starts[at] * width));
  return { shape: [rows, length, width], data };
}
