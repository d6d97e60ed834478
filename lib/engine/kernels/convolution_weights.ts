/**
 * The gradient of a convolution by its weight, by several formulas that are all exact. Which one is fastest
 * depends on the shape; the limits are measured (LOG.md, "Convolutions").
 *
 * @module
 */
import type { Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import { offsetsOf, type Window } from "../ops/convolution/window.ts";
import { matrixProduct } from "./matrix.ts";
import { elementOfWindows, mapAxes, padded, transpose } from "./windows.ts";

/** Maps x, the gradients dy by what a convolution made of them, and how it slid. */
interface Gradient {
  readonly x: Value;
  readonly dy: Value;
  readonly window: Window;
  readonly groups: number;
}

/** With fewer channels than this a product for each offset is too narrow. */
const leastChannels = 16;
/** With fewer windows than this, products for single offsets are too short. */
const leastWindows = 128;

/** The gradient by the weight, [out, in / groups, kernel height, kernel width]. */
export function convolutionWeight(build: GraphBuilder, given: Gradient): Value {
  const { x, dy, window: { kernel, stride }, groups } = given;
  const isPoint = kernel[0] * kernel[1] === 1;
  const [outputs, inputs] = [dy.shape[1], x.shape[1]];
  if (groups > 1) {
    const isDepthwise = groups === inputs && groups === outputs;
    return isDepthwise && stride.every((each) => each === 1)
      ? byChannel(build, given)
      : asConvolution(build, given);
  }
  const windows = dy.shape[2] * dy.shape[3];
  if (isPoint) {
    // Either the maps are turned, or a product for each image is written.
    return 2 * outputs * inputs < (outputs + inputs) * windows
      ? byImage(build, given)
      : byColumns(build, given);
  }
  if (inputs < leastChannels) return asConvolution(build, given);
  return windows < leastWindows ? byColumns(build, given) : byOffset(build, given);
}

/** What all windows see at each offset, of padded maps. */
function seen(build: GraphBuilder, x: Value, dy: Value, window: Window): Value[] {
  const [, , height, width] = dy.shape;
  const wide = padded(build, x, window.padding);
  return offsetsOf(window.kernel).map((at) =>
    elementOfWindows(build, wide, window, at, [height, width])
  );
}

/** Channels before images, [channels, batch · height · width]. */
function channelRows(build: GraphBuilder, x: Value): Value {
  const [n, channels, height, width] = x.shape;
  return build.reshape(transpose(build, x, [1, 0, 2, 3]), [channels, n * height * width]);
}

function gemm(build: GraphBuilder, a: Value, b: Value): Value {
  return build.emitOne("Gemm", [a, b], { type: a.type, shape: [a.shape[0], b.shape[0]] }, {
    transA: { int: 0 },
    transB: { int: 1 },
  });
}

/** One product of dy [out, batch · windows] with all that the windows see, [kernel · in, batch · windows]. */
function byColumns(build: GraphBuilder, { x, dy, window }: Gradient): Value {
  const { kernel: [rows, columns] } = window;
  const [outputs, inputs] = [dy.shape[1], x.shape[1]];
  const parts = seen(build, transpose(build, x, [1, 0, 2, 3]), dy, window);
  const [n, , height, width] = dy.shape;
  const all = parts.length === 1 ? parts[0] : build.emitOne("Concat", parts, {
    type: x.type,
    shape: [rows * columns * inputs, n, height, width],
  }, { axis: { int: 0 } });
  const flat = build.reshape(all, [rows * columns * inputs, n * height * width]);
  const product = gemm(build, channelRows(build, dy), flat);
  if (parts.length === 1) return build.reshape(product, [outputs, inputs, 1, 1]);
  const apart = build.reshape(product, [outputs, rows, columns, inputs]);
  return transpose(build, apart, [0, 3, 1, 2]);
}

/** A product for each offset within the window, which needs room for what the windows see at one offset. */
function byOffset(build: GraphBuilder, { x, dy, window }: Gradient): Value {
  const [outputs, inputs] = [dy.shape[1], x.shape[1]];
  const errors = channelRows(build, dy);
  const [n, , height, width] = dy.shape;
  const parts = seen(build, transpose(build, x, [1, 0, 2, 3]), dy, window).map((part) => {
    const flat = build.reshape(part, [inputs, n * height * width]);
    return build.reshape(gemm(build, errors, flat), [outputs, inputs, 1]);
  });
  const joined = build.emitOne("Concat", parts, {
    type: x.type,
    shape: [outputs, inputs, parts.length],
  }, { axis: { int: 2 } });
  return build.reshape(joined, [outputs, inputs, ...window.kernel]);
}

/** Of a window of one element: a product for each image, and their sum. */
function byImage(build: GraphBuilder, { x, dy, window }: Gradient): Value {
  const [n, outputs, height, width] = dy.shape;
  const [inputs] = x.shape.slice(1);
  const [part] = seen(build, x, dy, window);
  const flat = build.reshape(part, [n, inputs, height * width]);
  const errors = build.reshape(dy, [n, outputs, height * width]);
  const products = matrixProduct(build, errors, flat, {
    transposeA: false,
    transposeB: true,
  });
  const sum = build.emitOne("ReduceSum", [products, build.ints([0])], {
    type: x.type,
    shape: [outputs, inputs],
  }, { keepdims: { int: 0 } });
  return build.reshape(sum, [outputs, inputs, 1, 1]);
}

/** Of windows that see one channel each: products and sums of maps, one for each offset. */
function byChannel(build: GraphBuilder, { x, dy, window }: Gradient): Value {
  const [n, channels, height, width] = dy.shape;
  const sums = seen(build, x, dy, window).map((part) => {
    const product = build.emitOne("Mul", [part, dy], { type: x.type, shape: dy.shape });
    const flat = build.reshape(product, [n, channels, height * width]);
    const sum = (x: Value, axis: number, shape: readonly number[]) =>
      build.emitOne("ReduceSum", [x, build.ints([axis])], { type: x.type, shape }, {
        keepdims: { int: 0 },
      });
    return build.reshape(sum(sum(flat, 2, [n, channels]), 0, [channels]), [channels, 1]);
  });
  const joined = sums.length === 1 ? sums[0] : build.emitOne("Concat", sums, {
    type: x.type,
    shape: [channels, sums.length],
  }, { axis: { int: 1 } });
  return build.reshape(joined, [channels, 1, ...window.kernel]);
}

/**
 * A convolution whose windows are the gradients: batch and channels change places, and so do strides and
 * dilations. It knows groups.
 */
function asConvolution(build: GraphBuilder, { x, dy, window, groups }: Gradient): Value {
  const { type, shape: [n, inputs, height, width] } = x;
  const { shape: [, outputs, windowsDown, windowsAcross] } = dy;
  const { kernel: [rows, columns], stride, dilation, padding } = window;
  const own = inputs / groups;
  const apart = build.reshape(x, [n, groups, own, height, width]);
  const turned = build.reshape(transpose(build, apart, [2, 1, 0, 3, 4]), [
    own,
    groups * n,
    height,
    width,
  ]);
  const errors = transpose(build, dy, [1, 0, 2, 3]);
  const isOpen = [height, width, windowsDown, windowsAcross].some((size) =>
    build.graph.openDims.isOpen(size)
  );
  // Rows that no window reached give further offsets, which are cut off.
  const counts = [height, width].map((size, at) => {
    const reach = stride[at] * ([windowsDown, windowsAcross][at] - 1) + 1;
    return Math.floor((size + padding[at] + padding[at + 2] - reach) / dilation[at]) + 1;
  });
  const made = build.emitOne("Conv", [turned, errors], {
    type,
    shape: [own, outputs, ...isOpen ? [rows, columns] : counts],
  }, {
    strides: { ints: dilation },
    dilations: { ints: stride },
    pads: { ints: padding },
    group: { int: groups },
  });
  const cut = build.emitOne("Slice", [
    made,
    build.ints([0, 0]),
    build.ints([rows, columns]),
    build.ints([...mapAxes]),
  ], { type, shape: [own, outputs, rows, columns] });
  return transpose(build, cut, [1, 0, 2, 3]);
}
