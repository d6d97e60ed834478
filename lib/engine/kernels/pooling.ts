/**
 * Means and largest numbers of windows.
 *
 * @module
 */
import { sizeOf, type Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Kernel, KernelCall } from "../trace_backend.ts";
import type { Pair, Window } from "../ops/convolution/window.ts";
import { emitWindows, windowAttributes } from "./windows.ts";

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
    return [scattered(build, inputs, attrsOf(call).window)];
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
