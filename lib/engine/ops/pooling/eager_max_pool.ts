/**
 * The largest number of each window out of tensorflow.js' own ops, for devices that run op by op.
 *
 * @module
 */
import { type Tensor, tf } from "../../tf.ts";
import { offsetsOf, type Pair, type Window, windowsIn } from "../convolution/window.ts";

/** For each offset within the window what all windows see there, [n, c, windows down, windows across]. */
function seenBy(x: Tensor, window: Window): Tensor[] {
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const { kernel, stride, dilation, padding: [top, left, bottom, right] } = window;
  const counts = windowsIn("maxPool2d", [height, width], window);
  const around: [number, number][] = [[0, 0], [0, 0], [top, bottom], [left, right]];
  const padded = tf.pad(x, around, -Infinity);
  return offsetsOf(kernel).map((at) => {
    const begin = at.map((step, axis) => step * dilation[axis]);
    const end = counts.map((count, axis) => begin[axis] + stride[axis] * (count - 1) + 1);
    return tf.stridedSlice(padded, [0, 0, ...begin], [n, c, ...end], [1, 1, ...stride]);
  });
}

/** The largest number of each window. */
export function largestOfWindows(x: Tensor, window: Window): Tensor {
  return seenBy(x, window).reduce((a, b) => tf.maximum(a, b));
}

/** The gradient by x of the largest numbers y: it goes to the first of equal ones. */
export function largestOfWindowsBack(x: Tensor, y: Tensor, dy: Tensor, window: Window): Tensor {
  const { padding: [top, left], stride, dilation, kernel } = window;
  let free: Tensor = tf.onesLike(y);
  let sum: Tensor = tf.zerosLike(x);
  offsetsOf(kernel).forEach((at, i) => {
    const hit = tf.mul(tf.cast(tf.equal(seenBy(x, window)[i], y), "float32"), free);
    free = tf.sub(free, hit);
    const begin: Pair = [at[0] * dilation[0] - top, at[1] * dilation[1] - left];
    sum = tf.add(sum, putBack(tf.mul(dy, hit), x, begin, stride));
  });
  return sum;
}

/** Numbers of windows at their places in a map like x: `begin`, `begin` + stride … */
function putBack(numbers: Tensor, x: Tensor, begin: Pair, stride: Pair): Tensor {
  return [0, 1].reduce((numbers, at) => {
    const axis = 2 + at;
    const [before, after] = [numbers.shape.slice(0, axis), numbers.shape.slice(axis + 1)];
    const [count, size] = [numbers.shape[axis]!, x.shape[axis]!];
    const apart = tf.reshape(numbers, [...before, count, 1, ...after]);
    const between = (axis: number, around: [number, number], rank: number) =>
      Array.from({ length: rank }, (_, each): [number, number] => each === axis ? around : [0, 0]);
    const spread = tf.reshape(tf.pad(apart, between(axis + 1, [0, stride[at] - 1], 5)), [
      ...before,
      count * stride[at],
      ...after,
    ]);
    // What lies beside the map is padding and has no gradient.
    const low = Math.max(0, -begin[at]);
    const kept = Math.min(count * stride[at] - low, size - Math.max(0, begin[at]));
    const inside = tf.slice(
      spread,
      [0, 0, 0, 0].with(axis, low),
      spread.shape.with(axis, kept),
    );
    const start = Math.max(0, begin[at]);
    return tf.pad(inside, between(axis, [start, size - start - kept], 4));
  }, numbers);
}
