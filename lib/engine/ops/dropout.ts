/**
 * Dropout (Srivastava et al., 2014) inside a compiled step. A step is fed a small *noise* vector of
 * uniform numbers; each dropout site spreads it over its tensor with a pairwise independent hash,
 * so that a mask is fresh in every step and depends only on the noise, on every device alike.
 *
 * @module
 */
import { type Tensor, tf } from "../tf.ts";

/** How many uniform numbers in [0, 1) a step is fed; a prime, so that strides reach all of it. */
export const noiseSize = 4093;

/** Columns are multiplied by up to this number; twelve bits leave twelve for the fraction. */
const spread = 4096;

/** Strides through the noise; different primes make the row vectors of one site independent. */
const strides = [1, 1301, 2659];

/**
 * Sets a share `rate` of the elements to zero and divides the others by 1 − rate.
 *
 * With a, s per row and c per column drawn from the noise, an element stays where
 * fraction(a·c + s) ≥ rate: uniform for each element and independent for each pair.
 *
 * @param x [..., width]
 * @param noise [noiseSize], uniform in [0, 1)
 * @param site a number that only this place in the model has
 */
export function dropout(x: Tensor, rate: number, noise: Tensor, site: number): Tensor {
  if (rate === 0) return x;
  const width = x.shape[x.shape.length - 1];
  // The mask depends on the shape of x alone, so the backward pass is the same product.
  const run = tf.customGrad((...args) => {
    const rows = args[0] as unknown as Tensor;
    const save = args[1] as unknown as (tensors: Tensor[]) => void;
    const mask = keepMask(rows, rate, noise, site);
    save([mask]);
    return {
      value: tf.mul(rows, mask),
      gradFunc: (dy: Tensor, [mask]: Tensor[]) => tf.mul(dy, mask),
    };
  });
  return tf.reshape(run(tf.reshape(x, [-1, width])), x.shape);
}

function keepMask(rows: Tensor, rate: number, noise: Tensor, site: number): Tensor {
  const ones = tf.onesLike(tf.slice(rows, [0, 0], [rows.shape[0], 1]));
  const index = tf.cumsum(tf.cast(ones, "int32"), 0, true); // [rows, 1]
  const pick = (at: Tensor) => tf.gather(noise, tf.mod(at, tf.scalar(noiseSize, "int32")));
  const start = (salt: number) => tf.scalar((site * 617 + salt * 1489) % noiseSize, "int32");
  const along = (salt: number) =>
    pick(tf.add(tf.mul(index, tf.scalar(strides[salt], "int32")), start(salt)));
  const slope = along(0); // [rows, 1]
  const shift = along(1); // [rows, 1]
  const width = rows.shape[1]!;
  const columnIndex = tf.cumsum(tf.onesLike(tf.slice(rows, [0, 0], [1, width])), 1, true);
  const columnStart = tf.add(
    tf.mul(tf.cast(columnIndex, "int32"), tf.scalar(strides[2], "int32")),
    start(2),
  );
  const columns = tf.mul(pick(columnStart), spread); // [1, width]
  const mixed = tf.add(tf.mul(slope, columns), shift);
  const uniform = tf.sub(mixed, tf.floor(mixed));
  return tf.mul(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 / (1 - rate));
}
