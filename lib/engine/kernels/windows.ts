/**
 * Sizes of maps over which windows slide, open ones too.
 *
 * @module
 */
import type { Value } from "../value.ts";
import type { GraphBuilder } from "../graph_builder.ts";
import type { Attribute } from "../graph.ts";
import type { Window } from "../ops/convolution/window.ts";

/** Height and width of a map [batch, channels, height, width]. */
export const mapAxes = [2, 3] as const;

/** How many windows fit along height or width. */
interface WindowCount {
  readonly size: number;
  /** Rounded down from an open size, so that it has a marker of its own. */
  readonly isPart: boolean;
}

function countAlong(build: GraphBuilder, size: number, window: Window, at: 0 | 1): WindowCount {
  const { kernel, stride, dilation, padding } = window;
  const reach = dilation[at] * (kernel[at] - 1) + 1;
  const rest = padding[at] + padding[at + 2] - reach;
  if (!build.graph.openDims.isOpen(size) || stride[at] === 1) {
    return { size: Math.floor((size + rest) / stride[at]) + 1, isPart: false };
  }
  // The same for all windows of whose count the same can be said: ⌊(size + rest + stride) / stride⌋.
  const name = `${size} windows ${rest + stride[at]} ${stride[at]}`;
  return { size: build.graph.openDims.partOf(name), isPart: true };
}

/** A node that makes one number of each window, `channels` of them, from maps. */
export function emitWindows(
  build: GraphBuilder,
  op: string,
  inputs: readonly (Value | undefined)[],
  { window, channels, attributes }: {
    readonly window: Window;
    readonly channels: number;
    readonly attributes: Readonly<Record<string, Attribute>>;
  },
): Value {
  const x = inputs[0]!;
  const counts = mapAxes.map((axis, at) => countAlong(build, x.shape[axis], window, at as 0 | 1));
  const shape = [x.shape[0], channels, ...counts.map(({ size }) => size)];
  const made = build.emitOne(op, inputs, { type: x.type, shape }, {
    kernel_shape: { ints: window.kernel },
    ...windowAttributes(window),
    ...attributes,
  });
  counts.forEach(({ isPart }, at) => {
    const axis = mapAxes[at];
    if (isPart) build.registerPart(made, axis);
    else if (build.graph.openDims.isOpen(x.shape[axis])) build.registerSize(made, axis);
  });
  return made;
}

/** A window as the standard writes it. */
export function windowAttributes(
  { stride, dilation, padding }: Window,
): Record<string, Attribute> {
  return {
    strides: { ints: stride },
    dilations: { ints: dilation },
    pads: { ints: padding },
  };
}
