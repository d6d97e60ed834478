/**
 * How the attention over long rows is cut, so that the weights of one block of queries are there at a
 * time.
 *
 * @module
 */
import { ops, type Tensor } from "../engine/mod.ts";
import type { AttentionCall } from "./attention_call.ts";

/** Rows that may be so long are cut; shorter ones keep their weights, which is faster. */
export const leastCutTokens = 512;
/** Queries of a block, unless there would be more blocks than `mostBlocks`. */
const blockTokens = 128;
/** Each block is nodes of its own in a program. */
const mostBlocks = 8;

/** Which attention is cut. */
export interface CutAttention extends Pick<AttentionCall, "positions" | "causal" | "window"> {
  /** The tokens of the longest row. */
  readonly longest: number;
  /** The tokens of a method's prefix, which stand before the keys. */
  readonly prefix: number;
}

/**
 * The blocks of rows of up to `longest` tokens; nothing for short ones. Longer rows than that are right,
 * too, with a last block that is longer. A causal block reads no keys behind it, and one with a window none
 * that all of its queries have left: tokens of one example stand side by side, so that positions differ as
 * places in a row do. With a prefix each block reads all keys.
 */
export function attentionBlocks(
  { longest, prefix, positions, causal = true, window }: CutAttention,
): ops.AttendBlocks | undefined {
  if (longest < leastCutTokens) return undefined;
  const size = Math.max(blockTokens, Math.ceil(longest / mostBlocks));
  const queries = ops.evenSpans(Math.ceil(longest / size), size);
  if (!positions || !causal || prefix > 0) {
    return { queries, keys: [{ begin: 0 }], reads: queries.map(() => [0, 0] as const) };
  }
  const reads = queries.map(({ begin }, i) => {
    const first = window === undefined ? 0 : Math.max(0, begin - window + 1);
    return [Math.floor(first / size), i] as const;
  });
  return { queries, keys: queries, reads };
}

/** Tensors of which a block sees a part: [batch, queries] or [batch, keys]. */
export type SeenTensors = (
  name: "extended" | "mask" | "queryMask" | "keys" | "queries",
) => Tensor;

/** The same of one block. A method's prefix is never cut. */
export function blockOfSeen(
  of: SeenTensors,
  { queries, keys }: ops.AttendBlock,
): SeenTensors {
  return (name) => {
    const x = of(name);
    if (x === undefined) return x;
    const span = name === "queries" || name === "queryMask" ? queries : keys;
    return ops.blockOf(x, span, { axis: 1, whole: x.shape[1]! });
  };
}
