/**
 * The special tokens at the end of a text, for readers that cut them off.
 *
 * transformers.js cuts a text that is too long behind its special tokens, so that the closing one is
 * lost; Python and tunebook cut the text and keep it.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";

/** What stands at the end of the longest text. */
export interface ClosingTokens {
  /** The most tokens of a text; readers give no more. */
  readonly maxTokens: number;
  /** The ids at the end of every text. */
  readonly ids: readonly number[];
}

/**
 * Ids with the closing tokens in the last positions of the longest text. A text that just fits has them
 * there already, and a shorter one has padding, which is masked.
 *
 * @param ids [batch, sequence] int32, at most `maxTokens` in a row
 */
export function closed(ids: Tensor, { maxTokens, ids: closing }: ClosingTokens): Tensor {
  const positions = tf.cumsum(tf.onesLike(ids), 1, true);
  return closing.reduce<Tensor>((found, id, at) => {
    const place = tf.scalar(maxTokens - closing.length + at, "int32");
    return tf.where(tf.equal(positions, place), tf.scalar(id, "int32"), found);
  }, ids);
}
