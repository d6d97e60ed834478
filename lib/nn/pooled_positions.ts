/**
 * The token of each example that a head reads, and where tokens stand.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { AttentionSite } from "./attention_site.ts";
import type { LayerInput, Packing, Stack } from "./family.ts";
import type { Net } from "./net.ts";
import type { TextPositions } from "./token_positions.ts";

/** Rows of hidden states that ask the last layer. */
export interface QueryPositions {
  /** Their part of [batch · sequence, hiddenSize]: [batch · queries, hiddenSize]. */
  take(x: Tensor): Tensor;
  /** In packed rows the number of the example that each is of, [batch, queries] int32. */
  readonly queryMask: Tensor | undefined;
}

/**
 * Where tokens stand in their sequences, [batch, sequence] int32: 0, 1, 2 … in every row, or what a
 * packed batch says instead, after a method's prefix. An encoder-decoder says whose positions they are.
 *
 * @example
 * ```ts
 * import { positionIds, type Stack, tf, type TextConfig } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // The embeddings of a family with learned positions.
 * const embed: Stack<TextConfig>["embed"] = (net, config, { ids, mask: given, packing }) => {
 *   const { words, mask } = net.input({ words: net.embedding("words", ids), mask: given });
 *   const positions = net.embedding("positions", positionIds(net, mask, packing));
 *   return { x: tf.reshape(tf.add(words, positions), [-1, config.hiddenSize]), mask };
 * };
 * assert.equal(embed.length, 3);
 * ```
 */
export function positionIds(
  { firstPosition }: Pick<Net, "firstPosition">,
  mask: Tensor,
  packing: Packing | undefined,
  site?: AttentionSite,
): Tensor {
  const counted = packing?.positions ?? tf.cumsum(tf.onesLike(mask), 1, true);
  return tf.add(counted, firstPosition(site));
}

/**
 * The pooled token of each example. In a packed batch there are as many in each row as the fullest one
 * has examples; those that are nobody's are other tokens of the row.
 */
export function pooledPositions(
  mask: Tensor,
  packing: Packing | undefined,
  which: NonNullable<Stack<never>["pooling"]>,
): QueryPositions {
  if (!packing) {
    if (which === "first") return { take: (x) => firstOfEachRow(x, mask), queryMask: undefined };
    const rows = lastRows(mask);
    return { take: (x) => tf.gather(x, rows), queryMask: undefined };
  }
  const { firsts } = packing;
  const queryMask = tf.cumsum(tf.onesLike(firsts), 1); // 1, 2, 3 … in each row
  const rows = which === "first" ? firsts : tf.add(firsts, lengthsLessOne(mask, queryMask));
  return { take: (x) => tf.gather(x, tf.reshape(rows, [-1])), queryMask };
}

/** What a layer is given where only some rows ask. */
export function askedInput(input: LayerInput, { take, queryMask }: QueryPositions): LayerInput {
  const { positions, mask } = input;
  if (!positions) return { ...input, queryMask };
  const asking = (x: Tensor) => tf.reshape(take(tf.reshape(x, [-1, 1])), [mask.shape[0], -1]);
  const queryLengths = () => asking(positions.keyLengths());
  const queries = asking(positions.keys);
  return { ...input, queryMask, positions: { ...positions, queries, queryLengths } };
}

/** Where all tokens stand that ask, by the positions of the batch: [batch, sequence] int32. */
export function textPositions(
  keys: Tensor,
  mask: Tensor,
  packing: Packing | undefined,
): TextPositions {
  const keyLengths = () => textLengths(keys, mask, packing);
  return { keys, queries: keys, keyLengths, queryLengths: keyLengths };
}

/** One more than the last position of each token's text, [batch, sequence] int32. */
function textLengths(keys: Tensor, mask: Tensor, packing: Packing | undefined): Tensor {
  const [rows, sequence] = mask.shape as [number, number];
  const one = tf.scalar(1, "int32");
  if (!packing) {
    const last = tf.max(tf.mul(keys, tf.minimum(mask, one)), 1, true); // [batch, 1]
    return tf.add(tf.zerosLike(keys), tf.add(last, one));
  }
  const same = tf.equal(
    tf.reshape(mask, [rows, sequence, 1]),
    tf.reshape(mask, [rows, 1, sequence]),
  );
  const others = tf.mul(tf.cast(same, "int32"), tf.reshape(keys, [rows, 1, sequence]));
  return tf.add(tf.max(others, 2), one);
}

/** The first position of each row: [batch · sequence, hiddenSize] → [batch, hiddenSize]. */
export function firstOfEachRow(x: Tensor, mask: Tensor): Tensor {
  const [batch, sequence] = mask.shape as [number, number];
  const hiddenSize = x.shape[1]!;
  const whole = tf.reshape(x, [batch, sequence, hiddenSize]);
  return tf.reshape(tf.slice(whole, [0, 0, 0], [batch, 1, hiddenSize]), [batch, hiddenSize]);
}

/** The row of the last token that is no padding, which may stand on either side. */
function lastRows(mask: Tensor): Tensor {
  const numbers = tf.cumsum(tf.onesLike(tf.reshape(mask, [-1])), 0, true);
  return tf.max(tf.mul(tf.reshape(numbers, mask.shape), mask), 1);
}

/** [rows, slots]: the tokens of each example less one; 0 for a slot that is nobody's. */
function lengthsLessOne(mask: Tensor, slots: Tensor): Tensor {
  const [rows, sequence] = mask.shape as [number, number];
  const same = tf.equal(
    tf.reshape(mask, [rows, 1, sequence]),
    tf.reshape(slots, [rows, slots.shape[1]!, 1]),
  );
  const lengths = tf.sum(tf.cast(same, "int32"), 2);
  return tf.maximum(tf.sub(lengths, tf.scalar(1, "int32")), tf.scalar(0, "int32"));
}
