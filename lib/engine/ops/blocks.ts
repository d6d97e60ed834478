/**
 * Blocks of an axis whose size may be open: how many there are is fixed, how long they are is not.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";
import { isTracing } from "../trace_backend.ts";
import { singleNode } from "./single_node.ts";

/** A part of an axis; up to its end where `end` is absent. */
export interface Span {
  readonly begin: number;
  readonly end?: number;
}

/** The axis that is cut. */
export interface BlockAxis {
  readonly axis: number;
  /** The size of the axis as a whole. */
  readonly whole: number;
}

/** `count` blocks of `size`, of which the last one takes all that is left. */
export function evenSpans(count: number, size: number): Span[] {
  return Array.from({ length: count }, (_, i) => ({
    begin: i * size,
    ...(i === count - 1 ? {} : { end: (i + 1) * size }),
  }));
}

/**
 * Blocks that an axis of this size has. A program that is traced keeps all of them: what is behind the end
 * of a shorter batch is empty there.
 */
export function spansWithin(spans: readonly Span[], whole: number): Span[] {
  if (isTracing()) return [...spans];
  return spans.filter(({ begin }) => begin < whole);
}

/** How a block is cut. */
export interface BlockOptions {
  /** The part of the axis that the tensor is; all of it unless given. */
  readonly within?: Span;
  /**
   * Where a shorter batch has nothing of the block, its last element stands there: the runtime leaves a
   * product over no elements unwritten. `isThere` tells the two apart.
   */
  readonly neverEmpty?: boolean;
}

/** What of the span is there. It takes no gradient: only ops that have one of their own cut tensors so. */
export function blockOf(
  x: Tensor,
  { begin, end }: Span,
  { axis, whole }: BlockAxis,
  { within = { begin: 0 }, neverEmpty = false }: BlockOptions = {},
): Tensor {
  if (begin === within.begin && end === within.end) return x;
  const attrs = { axis, whole, begin, end, before: within.begin, neverEmpty };
  return singleNode("Block", { x }, attrs as unknown as NamedAttrMap, () => {
    const starts = x.shape.map(() => 0).with(axis, begin - within.begin);
    const size = Math.min(end ?? whole, whole) - begin;
    return [tf.slice(x, starts, x.shape.with(axis, size))];
  })[0];
}

/** `x` where the axis is long enough to have something of the span, else zeros. */
export function whereThere(x: Tensor, { begin }: Span, { whole }: BlockAxis): Tensor {
  if (begin === 0 || !isTracing()) return x;
  const [isThere] = singleNode("BlockIsThere", {}, { whole, begin }, () => [tf.scalar(1)]);
  return tf.mul(x, isThere);
}

/**
 * All blocks of an axis beside each other.
 *
 * @param trims for blocks that are never empty
 */
export function joinBlocks(
  blocks: readonly Tensor[],
  { axis, whole }: BlockAxis,
  { trims = false }: { readonly trims?: boolean } = {},
): Tensor {
  if (blocks.length === 1) return blocks[0];
  const inputs = Object.fromEntries(blocks.entries());
  return singleNode("JoinBlocks", inputs, { axis, whole, trims }, () => [
    tf.concat([...blocks], axis),
  ])[0];
}
