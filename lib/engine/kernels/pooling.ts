/**
 * Means and largest numbers of windows.
 *
 * @module
 */
import { sizeOf, type Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import { offsetsOf, type Pair, type Window } from "../ops/convolution/window.ts";
import { elementOfWindows, emitWindows, padded, windowAttributes } from "./windows.ts";

/** What pools are called with (`ops/max_pool2d.ts`, `ops/avg_pool2d.ts`). */
interface PoolAttrs {
  readonly window: Window;
  readonly countsPadding: boolean;
  /** How many windows there are, where that is known of an open size. */
  readonly counts?: Pair;
}

const attrsOf = ({ attrs }: KernelCall) => attrs as unknown as PoolAttrs;

/** Where each window has its largest number, as numbers of elements of x. */
function largestPlaces(build: GraphBuilder, x: Value, y: Value, window: Window): Value {
  const [, places] = build.emit("MaxPool", [x], [y, { type: "int64", shape: y.shape }], {
    kernel_shape: { ints: window.kernel },
    ...windowAttributes(window),
  });
  return places;
}

/** The gradients are added where the largest numbers are. */
function scattered(
  build: GraphBuilder,
  { x, y, dy }: Record<string, Value>,
  window: Window,
): Value {
  const places = build.reshape(largestPlaces(build, x, y, window), [sizeOf(y.shape)]);
  const spec = { type: x.type, shape: [sizeOf(x.shape)] };
  const added = build.emitOne(
    "ScatterElements",
    [
      build.fill(spec.shape, 0, x.type),
      places,
      build.reshape(dy, [sizeOf(y.shape)]),
    ],
    spec,
    { axis: { int: 0 }, reduction: { text: "add" } },
  );
  return build.reshape(added, x.shape);
}

/**
 * Without indices of 64 bits: what each window sees at one offset after the other is compared with its largest
 * number, and a convolution puts the gradients back.
 */
function compared(build: GraphBuilder, { x, y, dy }: Record<string, Value>, window: Window): Value {
  const { kernel, dilation } = window;
  const [n, channels, ...counts] = y.shape;
  const wide = padded(build, x, window.padding, -Infinity);
  const spec = { type: x.type, shape: y.shape };
  let taken: Value | undefined;
  const hits = offsetsOf(kernel).map((at) => {
    const seen = elementOfWindows(build, wide, window, at, counts as unknown as Pair);
    const equal = build.emitOne("Equal", [seen, y], { type: "bool", shape: y.shape });
    const isFirst = taken
      ? build.emitOne("And", [equal, build.emitOne("Not", [taken], equal)], equal)
      : equal;
    taken = taken ? build.emitOne("Or", [taken, equal], equal) : equal;
    const own = build.emitOne("Mul", [build.cast(isFirst, x.type), dy], spec);
    return build.reshape(own, [n, channels, 1, ...counts]);
  });
  const offsets = kernel[0] * kernel[1];
  const all = build.emitOne("Concat", hits, {
    type: x.type,
    shape: [n, channels, offsets, ...counts],
  }, { axis: { int: 2 } });
  const asChannels = build.reshape(all, [n, channels * offsets, ...counts]);
  const places = Float32Array.from(
    { length: channels * offsets * offsets },
    (_, i) => Number(Math.floor(i / offsets) % offsets === i % offsets),
  );
  const weight = build.constant(places, {
    type: "float32",
    shape: [channels * offsets, 1, ...kernel],
  });
  const left = [0, 1].map((at) =>
    x.shape[2 + at] - (counts[at] - 1) * window.stride[at] - dilation[at] * (kernel[at] - 1) - 1 +
    window.padding[at] + window.padding[at + 2]
  );
  if (x.shape.slice(2).some((size) => build.graph.openDims.isOpen(size))) {
    throw build.unsupported(
      "the gradient of maxPool2d on a GPU needs a fixed height and width of its maps",
    );
  }
  return build.emitOne("ConvTranspose", [asChannels, weight], { type: x.type, shape: x.shape }, {
    kernel_shape: { ints: kernel },
    ...windowAttributes(window),
    output_padding: { ints: left },
    group: { int: channels },
  });
}

/** Not tensorflow.js' own: `ops/max_pool2d.ts` and `ops/avg_pool2d.ts` ask for them. */
export const pooling: Readonly<Record<string, Kernel>> = {
  MaxPoolMaps(call) {
    const { build, inputs: { x } } = call;
    return [
      emitWindows(build, "MaxPool", [x], {
        window: attrsOf(call).window,
        channels: x.shape[1],
        attributes: {},
      }),
    ];
  },
  MaxPoolMapsGrad(call) {
    const { build, inputs } = call;
    const back = build.options.webgpu ? compared : scattered;
    return [back(build, inputs, attrsOf(call).window)];
  },
  AveragePoolMaps(call) {
    const { build, inputs: { x } } = call;
    const { window, countsPadding, counts } = attrsOf(call);
    return [
      emitWindows(build, "AveragePool", [x], {
        window,
        counts,
        channels: x.shape[1],
        attributes: {
          count_include_pad: { int: Number(countsPadding) },
        },
      }),
    ];
  },
};
