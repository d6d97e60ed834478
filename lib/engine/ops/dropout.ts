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

/** Strides through the noise, different for each of the vectors of one site. */
const strides = [1, 1301, 2659];
/** Where blocks of `noiseSize` rows or columns find the number that sets them apart. */
const blockStride = 1733;
/** Distances of the first numbers of two sites, and of the vectors of one. */
const siteStride = 617;
const vectorStride = 1489;

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
  const row = count(tf.slice(rows, [0, 0], [rows.shape[0], 1]), 0); // [rows, 1]
  const column = count(tf.slice(rows, [0, 0], [1, rows.shape[1]!]), 1); // [1, width]
  const slope = draw(noise, row, site, 0);
  const shift = draw(noise, row, site, 1);
  const columns = tf.mul(draw(noise, column, site, 2), spread);
  const uniform = fraction(tf.add(tf.mul(slope, columns), shift)); // [rows, width]
  return tf.mul(tf.cast(tf.greaterEqual(uniform, rate), "float32"), 1 / (1 - rate));
}

/** 0, 1, 2 … along an axis; a running sum, since the size may be open. */
function count(x: Tensor, axis: number): Tensor {
  return tf.cumsum(tf.cast(tf.onesLike(x), "int32"), axis, true);
}

/** One number for each index. Those of later blocks are the first block's, moved on the circle. */
function draw(noise: Tensor, index: Tensor, site: number, vector: number): Tensor {
  const size = whole(noiseSize);
  const start = whole((site * siteStride + vector * vectorStride) % noiseSize);
  const at = (position: Tensor, stride: number) =>
    tf.gather(noise, tf.mod(tf.add(tf.mul(position, whole(stride)), start), size));
  // The remainder first: the product of a large index and a stride would leave int32.
  const within = at(tf.mod(index, size), strides[vector]);
  return fraction(tf.add(within, at(tf.floorDiv(index, size), blockStride)));
}

function fraction(x: Tensor): Tensor {
  return tf.sub(x, tf.floor(x));
}

function whole(value: number): Tensor {
  return tf.scalar(value, "int32");
}
