/**
 * Convolutions. Their gradients are convolutions and products themselves, since the runtime's package has no
 * operators of gradients.
 *
 * @module
 */
import type { Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import type { Pair, Window } from "../ops/convolution/window.ts";
import { convolutionWeight } from "./convolution_weights.ts";
import { emitWindows, mapAxes, transpose, windowAttributes } from "./windows.ts";

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
  const { build, inputs: { x, weight: given } } = call;
  const { window, groups, size } = attrsOf(call);
  const { kernel, stride, dilation, padding } = window;
  const isMisread = build.options.webgpu === true && groups > 1 && given.shape[1] === 1 &&
    x.shape[1] > groups;
  const weight = isMisread ? withSpare(build, given) : given;
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
  const cut = build.slice(made, [0, 0, 0, 0], [x.shape[0], channels, ...size]);
  return [isMisread ? withoutSpare(build, cut) : cut];
}

/**
 * ONNX Runtime 1.30's provider for WebGPU takes wrong numbers of a weight whose groups give one map of several:
 * they get a second one, of zeros.
 */
function withSpare(build: GraphBuilder, weight: Value): Value {
  const { type, shape: [inputs, , rows, columns] } = weight;
  return build.emitOne("Pad", [weight, build.ints([0, 1]), build.float(0), build.ints([1])], {
    type,
    shape: [inputs, 2, rows, columns],
  });
}

/** Every other map. */
function withoutSpare(build: GraphBuilder, maps: Value): Value {
  const { type, shape: [n, channels, height, width] } = maps;
  const bounds = [[0], [channels], [1], [2]].map((each) => build.ints(each));
  return build.emitOne("Slice", [maps, ...bounds], {
    type,
    shape: [n, channels / 2, height, width],
  });
}

/**
 * A weight [out, in / groups, …] turned around, [in, out / groups, …]. Transposing matrices and choosing rows
 * is several times faster than turning an axis that lies as close as the offsets do.
 */
function turned(build: GraphBuilder, weight: Value, groups: number): Value {
  const { type, shape: [outputs, inputs, rows, columns] } = weight;
  const [own, offsets] = [outputs / groups, rows * columns];
  const matrices = build.reshape(weight, [groups, own, inputs * offsets]);
  const columnsFirst = own === 1
    ? build.reshape(weight, [groups, inputs, offsets, own])
    : build.reshape(transpose(build, matrices, [0, 2, 1]), [groups, inputs, offsets, own]);
  if (offsets === 1) return build.reshape(columnsFirst, [groups * inputs, own, rows, columns]);
  const backwards = build.emitOne(
    "Gather",
    [
      columnsFirst,
      build.ints(Array.from({ length: offsets }, (_, i) => offsets - 1 - i)),
    ],
    { type, shape: columnsFirst.shape },
    { axis: { int: 2 } },
  );
  const last = own === 1 ? backwards : transpose(build, backwards, [0, 1, 3, 2]);
  return build.reshape(last, [groups * inputs, own, rows, columns]);
}

/**
 * With a stride of 1 a convolution with the weight turned around does the same, and faster: it needs no room
 * for what all windows see.
 */
function back(call: KernelCall): Value[] {
  const { build, inputs: { x, weight } } = call;
  const { window, groups, size } = attrsOf(call);
  const { kernel, stride, dilation, padding } = window;
  const around = padding.map((rows, side) => dilation[side % 2] * (kernel[side % 2] - 1) - rows);
  if (stride.some((each) => each > 1) || around.some((rows) => rows < 0)) return transposed(call);
  const isExact = mapAxes.every((axis, at) =>
    size[at] === x.shape[axis] + around[at] + around[at + 2] - dilation[at] * (kernel[at] - 1)
  );
  if (!isExact) return transposed(call);
  return [emitWindows(build, "Conv", [x, turned(build, weight, groups)], {
    window: { ...window, padding: around as unknown as Window["padding"] },
    channels: weight.shape[1] * groups,
    counts: size,
    attributes: { group: { int: groups } },
  })];
}

/** Not tensorflow.js' own: `ops/convolution/convolve.ts` asks for them. */
export const convolutions: Readonly<Record<string, Kernel>> = {
  Convolution: convolution,
  ConvolutionTranspose: back,
  ConvolutionWeight(call) {
    const { build, inputs: { x, dy } } = call;
    return [convolutionWeight(build, { x, dy, ...attrsOf(call) })];
  },
};
