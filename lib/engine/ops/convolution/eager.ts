/**
 * Convolutions out of tensorflow.js' own ops, for devices that run op by op. Those want channels last and
 * know neither groups nor padding on one side; some have no gradients by weights.
 *
 * @module
 */
import { type Tensor, tf } from "../../tf.ts";
import type { Padding, Pair, Window } from "./window.ts";

/** What a convolution does beside its weights. */
export interface Convolution {
  readonly window: Window;
  readonly groups: number;
  /** How many windows there are, where that is known of an open size. */
  readonly counts?: Pair;
}

const toLast = (x: Tensor): Tensor => tf.transpose(x, [0, 2, 3, 1]);
const toFirst = (x: Tensor): Tensor => tf.transpose(x, [0, 3, 1, 2]);

/** Zeros around maps with channels last. */
function padded(x: Tensor, [top, left, bottom, right]: Padding): Tensor {
  return top + left + bottom + right === 0
    ? x
    : tf.pad(x, [[0, 0], [top, bottom], [left, right], [0, 0]]);
}

/** Zeros between the elements of two axes: `distance` 2 puts one between neighbours. */
function spread(x: Tensor, axis: number, distance: Pair): Tensor {
  return distance.reduce((x, by, i) => {
    const [at, size] = [axis + i, x.shape[axis + i]];
    if (by === 1 || size === 1) return x;
    const [before, after] = [x.shape.slice(0, at), x.shape.slice(at + 1)];
    const apart = tf.reshape(x, [...before, size, 1, ...after]);
    const zeros = apart.shape.map((_, each): [number, number] => [0, each === at + 1 ? by - 1 : 0]);
    const joined = tf.reshape(tf.pad(apart, zeros), [...before, size * by, ...after]);
    return tf.slice(joined, joined.shape.map(() => 0), [...before, size * by - by + 1, ...after]);
  }, x);
}

/** A convolution of maps with channels last, already padded. */
function convolveLast(x: Tensor, weight: Tensor, { window, groups }: Convolution): Tensor {
  const { stride } = window;
  const strides: [number, number] = [...stride];
  // They have either a stride or a dilation; zeros in the weight do as well.
  const isBoth = Math.max(...stride) > 1 && Math.max(...window.dilation) > 1;
  const own = isBoth ? spread(weight, 2, window.dilation) : weight;
  const dilation: [number, number] = isBoth ? [1, 1] : [...window.dilation];
  const [outputs, inputs, rows, columns] = own.shape as [number, number, number, number];
  if (groups === 1) {
    const filter = tf.transpose(own, [2, 3, 1, 0]) as never;
    return tf.conv2d(x as never, filter, strides, "valid", "NHWC", dilation);
  }
  if (inputs === 1 && strides[0] === strides[1]) {
    const filter = tf.transpose(tf.reshape(own, [groups, outputs / groups, rows, columns]), [
      ...[2, 3, 0, 1],
    ]) as never;
    return tf.depthwiseConv2d(x as never, filter, strides, "valid", "NHWC", dilation);
  }
  const maps = tf.split(x, groups, 3);
  const weights = tf.split(own, groups, 0);
  return tf.concat(
    maps.map((map, i) =>
      convolveLast(map, weights[i], { window: { ...window, dilation }, groups: 1 })
    ),
    3,
  );
}

/** The convolution of x [n, in, h, w] with weight [out, in / groups, kh, kw]. */
export function eagerConvolution(x: Tensor, weight: Tensor, options: Convolution): Tensor {
  return toFirst(convolveLast(padded(toLast(x), options.window.padding), weight, options));
}

/**
 * The transposed convolution of y [n, out, …] with the weight of the convolution, [n, in, ...size]: a
 * convolution of y, with zeros between its elements, with the weight turned around.
 */
export function eagerConvolutionBack(
  y: Tensor,
  weight: Tensor,
  { window, groups }: Convolution,
  size: Pair,
): Tensor {
  const { kernel, stride, dilation, padding } = window;
  const [outputs, inputs] = weight.shape as [number, number];
  const apart = tf.reshape(weight, [groups, outputs / groups, inputs, ...kernel]);
  const turned = tf.reverse(tf.transpose(apart, [0, 2, 1, 3, 4]), [3, 4]);
  const back = tf.reshape(turned, [groups * inputs, outputs / groups, ...kernel]);
  const reach = kernel.map((count, at) => dilation[at] * (count - 1));
  const wide = spread(toLast(y), 1, stride);
  const low = reach.map((each, at) => each - padding[at]);
  const high = size.map((each, at) => each + reach[at] - wide.shape[1 + at]! - low[at]);
  const around = padded(
    cut(wide, low, high),
    [low[0], low[1], high[0], high[1]].map(
      (each) => Math.max(0, each),
    ) as unknown as Padding,
  );
  return toFirst(convolveLast(around, back, { window: { ...window, stride: [1, 1] }, groups }));
}

/** Padding below zero takes rows and columns away. */
function cut(x: Tensor, low: readonly number[], high: readonly number[]): Tensor {
  const less = (numbers: readonly number[]) => numbers.map((each) => Math.max(0, -each));
  const [before, after] = [less(low), less(high)];
  if ([...before, ...after].every((each) => each === 0)) return x;
  const [n, height, width, channels] = x.shape as [number, number, number, number];
  return tf.slice(x, [0, ...before, 0], [
    n,
    height - before[0] - after[0],
    width - before[1] - after[1],
    channels,
  ]);
}

/**
 * The gradient by the weight, [out, in / groups, kh, kw]: for each offset within the window a product of what
 * the windows see there with the gradients dy [n, out, …].
 */
export function eagerWeightGradient(
  x: Tensor,
  dy: Tensor,
  { window, groups }: Convolution,
): Tensor {
  const { kernel, stride, dilation, padding } = window;
  const [n, inputs] = x.shape as [number, number];
  const [, outputs, height, width] = dy.shape as [number, number, number, number];
  const rows = n * height * width;
  const maps = padded(toLast(x), padding);
  const byGroup = (x: Tensor, channels: number) =>
    tf.transpose(tf.reshape(x, [rows, groups, channels / groups]), [1, 0, 2]);
  const errors = byGroup(toLast(dy), outputs);
  const products: Tensor[] = [];
  for (let row = 0; row < kernel[0]; row++) {
    for (let column = 0; column < kernel[1]; column++) {
      const begin = [row * dilation[0], column * dilation[1]];
      const ends = [height, width].map((count, at) => begin[at] + stride[at] * (count - 1) + 1);
      const seen = tf.stridedSlice(maps, [0, ...begin, 0], [n, ...ends, inputs], [
        1,
        ...stride,
        1,
      ]);
      products.push(tf.matMul(errors, byGroup(seen, inputs), true));
    }
  }
  const own = [groups, outputs / groups, inputs / groups];
  const whole = tf.reshape(tf.stack(products, 3), [...own, ...kernel]);
  return tf.reshape(whole, [outputs, inputs / groups, ...kernel]);
}
