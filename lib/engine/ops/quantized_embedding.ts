/**
 * Look-up of rows in a table that is held in eight bits a number. Nothing takes a gradient.
 *
 * @module
 */
import { blocksPerRow, type QuantizedLayout, zeroPoint } from "../quantized_weight.ts";
import { type Tensor, tf } from "../tf.ts";
import type { QuantizedTensors } from "./quantized_mat_mul.ts";

/**
 * The rows of a table of format `int8` at `ids`; only these become float32.
 *
 * @param ids [...] int32
 * @returns [..., inFeatures]
 */
export function quantizedEmbedding(
  { codes, scales }: QuantizedTensors,
  layout: QuantizedLayout,
  ids: Tensor,
): Tensor {
  const { format, outFeatures, inFeatures, blockSize } = layout;
  const blocks = blocksPerRow(layout);
  const flat = tf.reshape(ids, [-1]);
  const rows = tf.cast(tf.gather(codes, flat), "float32"); // [ids, blocks, blockSize]
  const steps = tf.gather(tf.reshape(scales, [outFeatures, blocks, 1]), flat);
  const numbers = tf.mul(tf.sub(rows, zeroPoint(format)), steps);
  const padded = tf.reshape(numbers, [-1, blocks * blockSize]);
  const width = blocks * blockSize === inFeatures
    ? padded
    : tf.slice(padded, [0, 0], [-1, inFeatures]);
  return tf.reshape(width, [...ids.shape, inFeatures]);
}
