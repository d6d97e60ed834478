/**
 * Biases by distance (Raffel et al., "Exploring the Limits of Transfer Learning", arXiv 1910.10683,
 * section 2.1): a learned number for each head and each of some classes of distance between a key and a
 * query, exact for near ones and logarithmic for far ones.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { Net } from "../nn/net.ts";
import type { TokenPositions } from "../nn/token_positions.ts";

/** How distances are classed. */
export interface DistanceClasses {
  readonly numBuckets: number;
  /** From here on all distances are one class. */
  readonly maxDistance: number;
  /** False where keys behind the query are not seen, so that they need no classes. */
  readonly isBidirectional: boolean;
}

/**
 * The class of each distance from −maxDistance to maxDistance, key less query, as transformers computes it
 * in float32.
 */
export function distanceBuckets(
  { numBuckets, maxDistance, isBidirectional }: DistanceClasses,
): Int32Array {
  const own = isBidirectional ? numBuckets / 2 : numBuckets;
  const exact = Math.floor(own / 2);
  const range = Math.fround(Math.log(maxDistance / exact));
  const bucketOf = (distance: number) => {
    if (distance < exact) return distance;
    const power = Math.fround(Math.log(Math.fround(distance / exact)));
    const step = Math.fround(Math.fround(power / range) * (own - exact));
    return Math.min(own - 1, exact + Math.trunc(step));
  };
  return Int32Array.from({ length: 2 * maxDistance + 1 }, (_, at) => {
    const relative = at - maxDistance;
    if (!isBidirectional) return bucketOf(Math.max(0, -relative));
    return bucketOf(Math.abs(relative)) + (relative > 0 ? own : 0);
  });
}

/**
 * [1, heads, queries, keys] from the table [numBuckets, heads] at `path`, and [batch, heads, queries, keys]
 * where positions are `perRow`. Else they must be the same in all rows: those of the first are read.
 */
export function relativeBias(
  net: Net,
  path: string,
  { keys, queries, perRow }: TokenPositions,
  classes: DistanceClasses,
): Tensor {
  const { maxDistance } = classes;
  const read = (x: Tensor) => perRow ? x : tf.slice(x, [0, 0], [1, x.shape[1]!]);
  const distances = tf.sub(
    tf.expandDims(read(keys), 1),
    tf.expandDims(read(queries), 2),
  ); // [1 or batch, queries, keys]
  const most = tf.scalar(maxDistance, "int32");
  const clipped = tf.maximum(tf.minimum(distances, most), tf.neg(most));
  const table = tf.tensor1d(distanceBuckets(classes), "int32");
  const buckets = tf.gather(table, tf.reshape(tf.add(clipped, most), [-1]) as tf.Tensor1D);
  const biases = net.embedding(path, tf.reshape(buckets, distances.shape));
  return tf.transpose(biases, [0, 3, 1, 2]);
}
