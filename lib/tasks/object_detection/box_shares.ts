/**
 * Boxes as detectors give them: centre, width and height as shares of the image.
 *
 * @module
 */
import { type Tensor, tf } from "../../engine/mod.ts";

/** Numbers of a box: the centre's column and row, width and height, each a share of the image's side. */
export const boxNumbers = 4;

/** A box whose sides are shorter than a float32 can tell has this area. */
const leastArea = 1e-12;

/**
 * The generalised intersection over union of two boxes, in [−1, 1]: the share of both that is common,
 * less the share of the smallest box around them that is in neither (Rezatofighi et al., 2019, arXiv
 * 1902.09630).
 *
 * @param a the numbers of a box, which begin at `from`
 */
export function generalizedIou(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  [from, other]: readonly [number, number] = [0, 0],
): number {
  let [shared, around, own, others] = [1, 1, 1, 1];
  for (const axis of [0, 1]) {
    const [middle, size] = [a[from + axis], a[from + axis + 2]];
    const [otherMiddle, otherSize] = [b[other + axis], b[other + axis + 2]];
    const [low, high] = [middle - size / 2, middle + size / 2];
    const [otherLow, otherHigh] = [otherMiddle - otherSize / 2, otherMiddle + otherSize / 2];
    shared *= Math.max(0, Math.min(high, otherHigh) - Math.max(low, otherLow));
    around *= Math.max(high, otherHigh) - Math.min(low, otherLow);
    own *= size;
    others *= otherSize;
  }
  const union = own + others - shared;
  const enclosing = Math.max(around, leastArea);
  return shared / Math.max(union, leastArea) - (enclosing - union) / enclosing;
}

/** The same of each row of two tensors [n, 4] → [n]. */
export function generalizedIous(a: Tensor, b: Tensor): Tensor {
  const [first, second] = [a, b].map(cornersOf);
  const product = ([x, y]: readonly Tensor[]) => tf.mul(x, y);
  const shared = product(
    first.low.map((low, axis) =>
      tf.relu(
        tf.sub(
          tf.minimum(first.high[axis], second.high[axis]),
          tf.maximum(low, second.low[axis]),
        ),
      )
    ),
  );
  const around = tf.maximum(
    product(
      first.low.map((low, axis) =>
        tf.sub(
          tf.maximum(first.high[axis], second.high[axis]),
          tf.minimum(low, second.low[axis]),
        )
      ),
    ),
    leastArea,
  );
  const union = tf.sub(tf.add(product(first.size), product(second.size)), shared);
  const overlap = tf.div(shared, tf.maximum(union, leastArea));
  return tf.sub(overlap, tf.div(tf.sub(around, union), around));
}

/** Edges and sides of boxes [n, 4] by axis, each [n]. */
function cornersOf(boxes: Tensor) {
  const [x, y, width, height] = tf.split(boxes, boxNumbers, 1).map((each) =>
    tf.reshape(each, [-1])
  );
  const [middle, size] = [[x, y], [width, height]];
  const half = size.map((each) => tf.mul(each, 0.5));
  return {
    size,
    low: middle.map((each, axis) => tf.sub(each, half[axis])),
    high: middle.map((each, axis) => tf.add(each, half[axis])),
  };
}
