/**
 * Convolutions. Their gradients are convolutions and products themselves, since the runtime's package has no
 * operators of gradients.
 *
 * @module
 */
import type { Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import { offsetsOf, type Pair, type Window } from "../ops/convolution/window.ts";
import { elementOfWindows, emitWindows, mapAxes, padded, windowAttributes } from "./windows.ts";

/** What the convolutions are called with (`ops/convolution/convolve.ts`). */
interface ConvolutionAttrs {
  readonly window: Window;
  readonly groups: number;
  /** How many windows there are, where that is known of an open size. */
  readonly counts?: Pair;
  /** Height and width of what a transposed convolution gives. */
  readonly size: Pair;
}

const attrsOf = ({ attrs }: KernelCall) => attrs as unknown as ConvolutionAttrs;

function convolution(call: KernelCall): Value[] {
  const { build, inputs: { x, weight } } = call;
  const { window, groups, counts } = attrsOf(call);
  return [emitWindows(build, "Conv", [x, weight], {
    window,
    counts,
    channels: weight.shape[0],
    attributes: { group: { int: groups } },
  })];
}

/**
 * Where the size is open and the stride is not 1, how many rows the last window leaves over is not known: as
 * many as can be are added, and the result is cut.
 */
function transposed(call: KernelCall): Value[] {
  const { build, inputs: { x, weight } } = call;
  const { window, groups, size } = attrsOf(call);
  const { kernel, stride, dilation, padding } = window;
  const channels = weight.shape[1] * groups;
  const ends = mapAxes.map((axis, at) => {
    const covered = (x.shape[axis] - 1) * stride[at] + dilation[at] * (kernel[at] - 1) + 1 -
      padding[at] - padding[at + 2];
    const left = size[at] - covered;
    const isOpen = build.graph.openDims.isOpen(x.shape[axis]);
    const isKnown = !isOpen || left >= 0 && left < stride[at];
    if (isKnown) return { left, made: size[at], isPart: false };
    const made = build.graph.openDims.partOf(`${x.shape[axis]} covered ${covered} ${stride[at]}`);
    return { left: stride[at] - 1, made, isPart: true };
  });
  const shape = [x.shape[0], channels, ...ends.map(({ made }) => made)];
  const made = build.emitOne("ConvTranspose", [x, weight], { type: x.type, shape }, {
    kernel_shape: { ints: kernel },
    ...windowAttributes(window),
    output_padding: { ints: ends.map(({ left }) => left) },
    group: { int: groups },
  });
  ends.forEach(({ isPart }, at) => {
    if (isPart) build.registerPart(made, mapAxes[at]);
    else if (build.graph.openDims.isOpen(x.shape[mapAxes[at]])) {
      build.registerSize(made, mapAxes[at]);
    }
  });
  return [build.slice(made, [0, 0, 0, 0], [x.shape[0], channels, ...size])];
}

function transpose(build: GraphBuilder, x: Value, perm: readonly number[]): Value {
  const shape = perm.map((axis) => x.shape[axis]);
  return build.emitOne("Transpose", [x], { type: x.type, shape }, { perm: { ints: perm } });
}

/**
 * The gradient by the weight of one group: dy [out, batch · windows] times what the windows see,
 * [kernel · in, batch · windows].
 */
function weightGradient(build: GraphBuilder, x: Value, dy: Value, window: Window): Value {
  const [batch, inputs] = x.shape;
  const [, outputs, height, width] = dy.shape;
  const { kernel: [rows, columns] } = window;
  const turned = padded(build, transpose(build, x, [1, 0, 2, 3]), window.padding);
  const seen = offsetsOf(window.kernel).map((at) =>
    elementOfWindows(build, turned, window, at, [height, width])
  );
  const all = seen.length === 1 ? seen[0] : build.emitOne("Concat", seen, {
    type: x.type,
    shape: [rows * columns * inputs, batch, height, width],
  }, { axis: { int: 0 } });
  const positions = batch * height * width;
  const flat = build.reshape(all, [rows * columns * inputs, positions]);
  const errors = build.reshape(transpose(build, dy, [1, 0, 2, 3]), [outputs, positions]);
  const product = build.emitOne("Gemm", [errors, flat], {
    type: x.type,
    shape: [outputs, rows * columns * inputs],
  }, { transA: { int: 0 }, transB: { int: 1 } });
  const apart = build.reshape(product, [outputs, rows, columns, inputs]);
  return rows * columns === 1
    ? build.reshape(product, [outputs, inputs, 1, 1])
    : transpose(build, apart, [0, 3, 1, 2]);
}

/**
 * The gradient by the weights of several groups, as a convolution whose windows are the gradients:
 * batch and channels change places, and so do strides and dilations.
 */
function groupedWeightGradient(
  build: GraphBuilder,
  x: Value,
  dy: Value,
  { window, groups }: { window: Window; groups: number },
): Value {
  const { type, shape: [batch, inputs, height, width] } = x;
  const { shape: [, outputs, windowsDown, windowsAcross] } = dy;
  const { kernel: [rows, columns], stride, dilation, padding } = window;
  const own = inputs / groups;
  const apart = build.reshape(x, [batch, groups, own, height, width]);
  const turned = build.reshape(transpose(build, apart, [2, 1, 0, 3, 4]), [
    own,
    groups * batch,
    height,
    width,
  ]);
  const errors = transpose(build, dy, [1, 0, 2, 3]);
  const isOpen = [height, width, windowsDown, windowsAcross].some((size) =>
    build.graph.openDims.isOpen(size)
  );
  // What the runtime makes of its shapes: windows of the gradient's size, some of which are left over.
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

/** Not tensorflow.js' own: `ops/convolution/convolve.ts` asks for them. */
export const convolutions: Readonly<Record<string, Kernel>> = {
  Convolution: convolution,
  ConvolutionTranspose: transposed,
  ConvolutionWeight(call) {
    const { build, inputs: { x, dy } } = call;
    const { window, groups } = attrsOf(call);
    return [
      groups === 1
        ? weightGradient(build, x, dy, window)
        : groupedWeightGradient(build, x, dy, { window, groups }),
    ];
  },
};
