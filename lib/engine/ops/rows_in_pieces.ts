/**
 * A function of single rows that is computed for a few rows at a time.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";
import { after } from "./after.ts";

/** 0, 1, 2 … for the rows of x, [rows] int32. */
export function countedRows(x: Tensor): Tensor {
  // Not `tf.ones`, which would fill an array of the traced size.
  const ones = tf.fill([x.shape[0]], 1, "int32");
  return tf.sub(tf.cumsum(ones, 0), tf.scalar(1, "int32"));
}

/**
 * What `compute` gives of each row, where what it needs meanwhile is there for one piece only; a gradient
 * would keep that of all (`lossInPieces` does not). The number of rows may be open: with p pieces the first one has the rows 0, p, 2p …, the next
 * one 1, p + 1 …, and a piece that is a row short has the last row once more.
 *
 * @param compute rows [m, width] and their numbers [m] int32 → [m, numbers], each row by itself
 * @param x [rows, width]
 * @returns [rows, numbers]
 */
export function rowsInPieces(
  compute: (rows: Tensor, numbers: Tensor) => Tensor,
  x: Tensor,
  pieces: number,
): Tensor {
  const all = countedRows(x);
  if (pieces === 1) return compute(x, all);
  const [rows] = x.shape;
  const firsts = tf.stridedSlice(all, [0], [rows], [pieces]);
  const last = tf.max(all);
  const results: Tensor[] = [];
  for (let piece = 0; piece < pieces; piece++) {
    const numbers = tf.minimum(tf.add(firsts, tf.scalar(piece, "int32")), last);
    const own = tf.gather(x, numbers as never);
    results.push(compute(results.length > 0 ? after(own, results.at(-1)!) : own, numbers));
  }
  const width = results[0].shape[1]!;
  const together = tf.reshape(tf.stack(results, 1), [-1, width]);
  return tf.slice(together, [0, 0], [rows, width]);
}
