/**
 * Blocks of an axis whose size may be open: how many there are is fixed, how long they are is not.
 *
 * @module
 */
import { type NamedAttrMap, type Tensor, tf } from "../tf.ts";
import { isTracing } from "../trace_backend.ts";
import { singleNode } from "./single_node.ts";

/** A part of an axis; up to its end where `end` is absent. */
export interface BlockSpan {
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
export function evenSpans(count: number, size: number): BlockSpan[] {
  return Array.from({ length: count }, (_, i) => ({
    begin: i * size,
    ...(i === count - 1 ? {} : { end: (i + 1) * size }),
  }));
}

/**
 * Blocks that an axis of this size has. A program that is traced keeps all of them: what is behind the end
 * of a shorter batch is empty there.
 */
export function spansWithin(spans: readonly BlockSpan[], whole: number): BlockSpan[] {
  if (isTracing()) return [...spans];
  return spans.filter(({ begin }) => begin < whole);
}

/**
 * What of the span is there. Where a batch is too short for it, its last element stands there, since the
 * runtime leaves products over no elements unwritten; `whereThere` tells the two apart. It takes no
 * gradient: only ops that have one of their own cut tensors so.
 */
export function blockOf(x: Tensor, span: BlockSpan, axis: BlockAxis): Tensor {
  if (span.begin === 0 && span.end === undefined) return x;
  return cutOut(x, span, axis, { begin: 0 }, true);
}

/** What of the span is there in a block that itself spans `within`; it may be nothing. */
export function pieceOf(x: Tensor, span: BlockSpan, axis: BlockAxis, within: BlockSpan): Tensor {
  if (span.begin === within.begin && span.end === within.end) return x;
  return cutOut(x, span, axis, within, false);
}

function cutOut(
  x: Tensor,
  { begin, end }: BlockSpan,
  { axis, whole }: BlockAxis,
  { begin: before }: BlockSpan,
  neverEmpty: boolean,
): Tensor {
  const attrs = { axis, whole, begin, end, before, neverEmpty } as unknown as NamedAttrMap;
  return singleNode("Block", { x }, attrs, () => {
    const starts = x.shape.map(() => 0).with(axis, begin - before);
    const size = Math.min(end ?? whole, whole) - begin;
    return [tf.slice(x, starts, x.shape.with(axis, size))];
  })[0];
}

/** A block of `x`, but zeros where the batch is too short to have something of the span. */
export function whereThere(block: Tensor, { begin }: BlockSpan, { whole }: BlockAxis): Tensor {
  if (begin === 0 || !isTracing()) return block;
  const [isThere] = singleNode("BlockIsThere", {}, { whole, begin }, () => [tf.scalar(1)]);
  return tf.mul(block, isThere);
}

/** Blocks beside each other as the whole axis; elements that stood where there was nothing fall away. */
export function joinBlocks(blocks: readonly Tensor[], { axis, whole }: BlockAxis): Tensor {
  if (blocks.length === 1) return blocks[0];
  const inputs = Object.fromEntries(blocks.entries());
  return singleNode("JoinBlocks", inputs, { axis, whole }, () => [tf.concat([...blocks], axis)])[0];
}
