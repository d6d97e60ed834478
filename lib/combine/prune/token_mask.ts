/**
 * Which tokens of a batch count.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/**
 * 1 for a token and 0 for padding, [tokens] float32, for rows [tokens, …] of the batch's tokens. Rows that are not of
 * every token, such as those of pooled ones, and all tokens of images count.
 *
 * @param mask [batch, sequence], absent for images
 */
export function tokenMask(mask: Tensor | undefined, rows: Tensor): Tensor {
  const isOfTokens = mask !== undefined && mask.size === rows.shape[0];
  return isOfTokens
    ? tf.cast(tf.reshape(mask, [-1]), "float32")
    : tf.onesLike(tf.sum(tf.reshape(rows, [rows.shape[0]!, -1]), 1));
}
