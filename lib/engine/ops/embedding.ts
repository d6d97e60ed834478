/**
 * Look-up of rows in a table.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/**
 * The rows of `table` at `ids`.
 *
 * @param table [rows, width]
 * @param ids [...] int32
 * @returns [..., width]
 */
export function embedding(table: Tensor, ids: Tensor): Tensor {
  const flat = tf.gather(table, tf.reshape(ids, [-1]));
  return tf.reshape(flat, [...ids.shape, table.shape[1]!]);
}
